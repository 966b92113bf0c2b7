"""Refunds and the daily bill through WeChat Pay, against the sandbox."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.payments import services as payments
from district.payments.calls import channel_refund
from district.payments.channels.base import (
    ChannelOrder,
    ChannelUnavailable,
    OrderState,
    RefundUnknown,
)
from district.payments.channels.registry import channel_of
from district.payments.errors import PaymentUnavailable
from district.payments.models import (
    BillDifference,
    ChannelBill,
    ChannelCall,
    PaymentRefund,
)
from tests.factories.members import make_member
from tests.payments.payment_steps import (
    PRICE_FEN,
    fresh,
    let_waiting_calls_be_due,
    refund,
    work,
)
from tests.payments.wechat_steps import place_wechat


@pytest.fixture
def member(wechat_pay):
    return make_member("小林", openid=wechat_pay.openid())


@pytest.mark.parametrize(
    ("status", "state", "reserved_fen"),
    [("SUCCESS", "succeeded", 500), ("ABNORMAL", "abnormal", 500), ("CLOSED", "closed", 0)],
)
def test_a_refund_ends_as_its_notice_says(paid, wechat_pay, deliver, status, state, reserved_fen):
    wanted = refund(paid, 500)
    payments.send_refunds()
    assert fresh(wanted).state == "processing"
    assert fresh(wanted).channel_refund_id

    wechat_pay.control("pay-settle-refund", out_refund_no=wanted.number, status=status)
    deliver(1)

    assert fresh(wanted).state == state
    assert fresh(paid.accepted_payment).refund_reserved_fen == reserved_fen


def test_a_refund_without_a_notice_is_found_by_query(paid, wechat_pay):
    wechat_pay.control("pay-settings", hold_notices=True)
    wanted = refund(paid, PRICE_FEN)
    payments.send_refunds()
    wechat_pay.control("pay-settle-refund", out_refund_no=wanted.number)

    work()

    assert fresh(wanted).state == "succeeded"


def test_partial_refunds_up_to_the_whole(paid, wechat_pay, deliver):
    rows = [refund(paid, fen) for fen in (100, 400, 1_000)]
    payments.send_refunds()
    for row in rows:
        wechat_pay.control("pay-settle-refund", out_refund_no=row.number)
    deliver(3)

    payment = fresh(paid.accepted_payment)
    assert (payment.refund_reserved_fen, payment.refunded_fen) == (PRICE_FEN, PRICE_FEN)


def test_the_diary_names_the_request_that_wechat_refused(member, wechat_pay):
    order = place_wechat(member)
    wechat_pay.trouble("place_order", "refuse", number=403, code="RULE_LIMIT")

    with pytest.raises(PaymentUnavailable):
        payments.prepare_payment(order=order)

    call = ChannelCall.objects.get()
    assert (call.outcome, call.code) == ("refused", "RULE_LIMIT")
    assert call.request_id


def test_what_the_channel_does_not_know_is_told_apart_from_what_fails(member, wechat_pay):
    channel = channel_of("wechat")
    at = clock.now()
    stranger = ChannelOrder(
        number="P20260101ABCDEFGHJKLMNPQR",
        amount_fen=1,
        description="x",
        created_at=at,
        expires_at=at,
    )
    assert channel.query(stranger).state == OrderState.UNKNOWN

    wechat_pay.trouble("query_order", "http", number=500, times=3)
    with pytest.raises(ChannelUnavailable):
        channel.query(stranger)


def test_a_refund_that_wechat_does_not_have_is_unknown(paid, wechat_pay):
    wanted = PaymentRefund.objects.select_related("payment").get(pk=refund(paid, 1).pk)

    with pytest.raises(RefundUnknown):
        channel_of("wechat").query_refund(channel_refund(wanted))


def test_the_days_bill_agrees_and_finds_what_nobody_heard_of(paid, member, wechat_pay, deliver):
    wanted = refund(paid, 500)
    payments.send_refunds()
    wechat_pay.control("pay-settle-refund", out_refund_no=wanted.number)
    deliver(1)
    wechat_pay.control("pay-settings", hold_notices=True)
    silent = place_wechat(member)
    payments.prepare_payment(order=silent)
    wechat_pay.control("pay-order", out_trade_no=silent.number)
    wechat_pay.control("advance", seconds=86_400 * 1.5)

    with clock.travel_to(clock.now() + timedelta(days=1, hours=12)):
        payments.want_bills()
        payments.fetch_bills()
        payments.reconcile_bills()
        differences = BillDifference.objects.all()
        assert [(row.kind, row.number) for row in differences] == [("missing_here", silent.number)]
        let_waiting_calls_be_due()
        payments.settle_differences()

    assert BillDifference.objects.get().state == "settled"
    assert fresh(silent).state == "paid"
    bill = ChannelBill.objects.order_by("-payment_count").first()
    assert (bill.payment_count, bill.refund_count) == (2, 1)
    assert bill.payment_fen == 2 * PRICE_FEN
