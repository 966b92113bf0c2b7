"""Money through WeChat Pay, from the order to the bill, against the sandbox: faults of every kind come to rest."""

import pytest

from district.kernel import clock
from district.kernel.models import InboxRow
from district.members import services as members
from district.payments import inbox
from district.payments import services as payments
from district.payments.channels import wechat
from district.payments.channels.base import (
    ChannelOrder,
    ChannelRefused,
    ChannelUnavailable,
    ContradictingAnswer,
)
from district.payments.channels.registry import channel_of
from district.payments.errors import ChannelNotOffered, OrderAlreadyPaid, PaymentUnavailable
from district.payments.models import (
    Order,
    Payment,
    PaymentRefund,
)
from district.wechat.pay.client import Limits
from district.wechat.pay.orders import Transaction
from tests.factories.members import make_member, make_operator
from tests.payments.payment_steps import (
    PRICE_FEN,
    fresh,
    refund,
    work,
)
from tests.payments.wechat_steps import place_wechat, post
from tests.wechat.fixtures import APPID


@pytest.fixture
def member(wechat_pay):
    return make_member("小林", openid=wechat_pay.openid())


def test_without_a_merchant_there_is_no_wechat_pay(db, settings):
    settings.WECHAT_PAY_MCHID = ""

    with pytest.raises(ChannelNotOffered):
        channel_of("wechat")


def test_an_order_is_paid_on_the_phone_and_known_by_its_notice(member, wechat_pay, deliver):
    order = place_wechat(member)
    parameters = payments.prepare_payment(order=order)
    assert set(parameters) == {"timeStamp", "nonceStr", "package", "signType", "paySign"}

    wechat_pay.control("pay-order", **parameters, coupon_fen=200)

    assert deliver(1) == [204]
    row = fresh(order)
    assert row.state == "paid"
    payment = row.accepted_payment
    assert (payment.amount_fen, payment.payer_total_fen) == (PRICE_FEN, PRICE_FEN - 200)
    assert payment.source == "notice"


def test_a_notice_that_comes_again_changes_nothing(paid, wechat_pay, receiver, deliver):
    wechat_pay.control("pay-settings", new_envelopes=True)
    for _ in range(2):
        (notice,) = wechat_pay.notices("TRANSACTION.SUCCESS")
        wechat_pay.control("pay-deliver", id=notice["id"])
        assert deliver(1) == [204]

    assert (Payment.objects.count(), PaymentRefund.objects.count()) == (1, 0)


def test_a_notice_that_was_not_taken_comes_again_by_itself(member, wechat_pay, receiver, deliver):
    receiver.statuses = [500, 500]
    order = place_wechat(member)
    wechat_pay.control("pay-order", **payments.prepare_payment(order=order))
    receiver.wait_for(1)
    wechat_pay.run(120)

    assert deliver(3) == [204] * 3
    assert fresh(order).state == "paid"
    assert (Payment.objects.count(), PaymentRefund.objects.count()) == (1, 0)


def test_an_order_stays_with_the_wechat_account_it_was_placed_for(member, wechat_pay):
    order = place_wechat(member)
    payments.prepare_payment(order=order)
    into = make_member("小林二号", openid=wechat_pay.openid("小林二号"))
    members.absorb_member(source=into, into=member, reason="同一人", by=make_operator())
    Order.objects.filter(pk=order.pk).update(prepay_until=clock.now())

    # Another payer under the same number WeChat would refuse.
    wechat_pay.control("pay-order", **payments.prepare_payment(order=order))
    work()

    assert fresh(order).state == "paid"


def test_a_forged_notice_is_refused_and_not_kept(paid, wechat_pay, receiver):
    wechat_pay.trouble("notice", "bad_signature")
    (notice,) = wechat_pay.notices("TRANSACTION.SUCCESS")
    wechat_pay.control("pay-deliver", id=notice["id"])
    kept = InboxRow.objects.count()
    ((headers, body),) = receiver.wait_for(1)

    answer = post(headers, body)

    assert (answer.status_code, answer.json()["code"]) == (401, "FAIL")
    assert InboxRow.objects.count() == kept


def test_a_notice_with_another_sum_is_not_taken_for_the_payment(member, wechat_pay, deliver):
    order = place_wechat(member)
    payments.prepare_payment(order=order)
    wechat_pay.trouble("notice", "wrong_amount")
    wechat_pay.control("pay-order", out_trade_no=order.number)
    deliver(1)

    assert fresh(order).state == "closed"
    assert Payment.objects.get().cause == "wrong_amount"


@pytest.mark.parametrize("changed", [{"appid": "wx-other"}, {"mchid": "1"}, {"currency": "USD"}])
def test_a_notice_that_is_not_about_us_is_not_believed(paid, wechat_pay, changed):
    values = {
        "appid": APPID,
        "mchid": wechat_pay.setting("MCHID"),
        "out_trade_no": paid.number,
        "trade_state": "SUCCESS",
        "transaction_id": "T-other",
        "total_fen": 1,
        "success_time": clock.now(),
    }

    with pytest.raises(ContradictingAnswer):
        inbox._accept_payment(Transaction(**values | changed))
    assert Payment.objects.count() == 1


def test_what_no_app_knows_is_set_aside_where_a_person_sees_it(paid, wechat_pay, receiver, deliver):
    wechat_pay.control("pay-settings", mall_notify_url=receiver.url)
    wechat_pay.control("pay-mall-authorize", person="小林")
    deliver(1)

    row = InboxRow.objects.order_by("-pk").first()
    assert (row.handled_at, row.last_error) == (None, "UnknownEvent")


def test_a_payment_without_a_notice_is_found_by_query(member, wechat_pay):
    wechat_pay.control("pay-settings", hold_notices=True)
    order = place_wechat(member)
    wechat_pay.control("pay-order", **payments.prepare_payment(order=order))

    work()

    assert fresh(order).state == "paid"
    assert fresh(order).accepted_payment.source == "query"


def test_an_order_is_closed_and_cannot_be_paid(member, wechat_pay):
    order = place_wechat(member)
    parameters = payments.prepare_payment(order=order)
    payments.close_order(order=order)
    work()
    assert fresh(order).state == "closed"

    with pytest.raises(AssertionError):
        wechat_pay.control("pay-order", **parameters)


def test_a_payment_is_quicker_than_the_closing(member, wechat_pay):
    wechat_pay.control("pay-settings", hold_notices=True)
    order = place_wechat(member)
    wechat_pay.control("pay-order", **payments.prepare_payment(order=order))
    payments.close_order(order=order)

    work()

    assert fresh(order).state == "paid"


def test_the_phone_asks_again_after_it_has_paid(member, wechat_pay):
    wechat_pay.control("pay-settings", hold_notices=True)
    order = place_wechat(member)
    wechat_pay.control("pay-order", **payments.prepare_payment(order=order))
    Order.objects.filter(pk=order.pk).update(prepay_until=clock.now())

    with pytest.raises(OrderAlreadyPaid):
        payments.prepare_payment(order=order)
    payments.query_silent_orders()
    assert fresh(order).state == "paid"


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        # The client repeats these itself, twice.
        ("cut", {"times": 3}),
        ("http", {"number": 502, "times": 3}),
        ("refuse", {"number": 429, "code": "FREQUENCY_LIMITED", "times": 3}),
        ("latency", {"seconds": 0.9, "times": 3}),
        ("bad_signature", {}),
        ("refuse", {"number": 401, "code": "SIGN_ERROR"}),
    ],
)
@pytest.mark.parametrize("route", ["place_order", "request_refund"])
def test_a_fault_of_any_kind_comes_to_rest_with_nothing_doubled(
    member, wechat_pay, deliver, monkeypatch, route, kind, details
):
    if kind == "latency":
        client = wechat_pay.client(limits=Limits(answer_seconds=0.6, repeat_delays=(0.0, 0.0)))
        monkeypatch.setattr(wechat, "pay_client", lambda: client)
    order = place_wechat(member)
    wechat_pay.trouble(route, kind, **details)
    if route == "place_order":
        with pytest.raises(PaymentUnavailable):
            payments.prepare_payment(order=order)
    wechat_pay.control("pay-order", **payments.prepare_payment(order=order))
    deliver(1)
    wanted = refund(fresh(order), 500)
    for _ in range(2):
        work()
    wechat_pay.control("pay-settle-refund", out_refund_no=wanted.number)
    deliver(1)

    # By number: what an earlier test gave up waiting for may come to the sandbox now.
    orders = [document["request"]["out_trade_no"] for document in wechat_pay.documents("order")]
    refunds = [document["request"]["out_refund_no"] for document in wechat_pay.documents("refund")]
    assert (orders.count(order.number), refunds.count(wanted.number)) == (1, 1)
    assert fresh(wanted).state == "succeeded"
    assert fresh(fresh(order).accepted_payment).refunded_fen == 500


def test_an_openid_is_in_no_log_and_no_text(member, wechat_pay, caplog):
    caplog.set_level("DEBUG")
    order = place_wechat(member)
    payments.prepare_payment(order=order)
    work()

    openid = wechat_pay.openid()
    assert openid not in caplog.text
    assert openid not in repr(
        ChannelOrder(
            number=order.number,
            amount_fen=1,
            description="x",
            created_at=clock.now(),
            expires_at=clock.now(),
            openid=openid,
        )
    )
    assert not issubclass(ChannelUnavailable, ChannelRefused)
