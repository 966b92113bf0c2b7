"""What every channel keeps to, whoever stands behind it: WeChat Pay, UnionPay QR, and the bank of the other tests."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.payments import services as payments
from district.payments.calls import channel_order, channel_refund
from district.payments.channels.base import (
    ChannelUnavailable,
    CloseTooEarly,
    OrderIsPaid,
    OrderState,
    OrderUnknown,
    RefundState,
    RefundUnknown,
)
from district.payments.channels.registry import channel_of
from district.payments.errors import PaymentUnavailable
from district.payments.models import PaymentRefund
from tests.factories.members import make_member
from tests.payments.payment_steps import PRICE_FEN, fresh, place, refund, work
from tests.payments.unionpay_sandbox import send_unionpay


class Bank:
    """The bank of the tests."""

    def __init__(self, request):
        self.bank = request.getfixturevalue("bank")
        self.member = make_member("小林")

    def pay(self, order):
        self.bank.pay(order)

    def finish(self, row):
        self.bank.finish(row)

    def lose_next(self, operation):
        self.bank.faults[operation] = ["lost"]


class Wechat:
    """The sandbox of WeChat, whose client repeats twice by itself."""

    def __init__(self, request):
        self.sandbox = request.getfixturevalue("wechat_pay")
        self.member = make_member("小林", openid=self.sandbox.openid())
        self.sandbox.control("pay-settings", hold_notices=True)

    def pay(self, order):
        self.sandbox.control("pay-order", out_trade_no=order.number)

    def finish(self, row):
        self.sandbox.control("pay-settle-refund", out_refund_no=row.number)

    def lose_next(self, operation):
        route = {"place": "place_order", "refund": "request_refund"}[operation]
        self.sandbox.trouble(route, "cut", times=3)


class Unionpay:
    """The small stand-in for UnionPay."""

    def __init__(self, request):
        request.getfixturevalue("database")
        self.server = request.getfixturevalue("unionpay")
        self.member = make_member("小林")

    def pay(self, order):
        self.server.pay(order)

    def finish(self, row):
        self.server.finish(row)

    def lose_next(self, operation):
        self.server.faults[{"place": "01", "refund": "04"}[operation]] = ["cut"]


CHANNELS = {"bank": Bank, "wechat": Wechat, "unionpay": Unionpay}


@pytest.fixture(params=list(CHANNELS))
def outside(request, database):
    """The other side of a channel."""
    found = CHANNELS[request.param](request)
    found.name = request.param
    return found


@pytest.fixture
def channel(outside):
    return channel_of(outside.name)


@pytest.fixture
def order(outside):
    """An order that the channel knows."""
    row = place(outside.member, channel=outside.name)
    payments.prepare_payment(order=row)
    return fresh(row)


@pytest.fixture
def wanted(outside, order):
    """A refund of a paid order, not sent yet."""
    outside.pay(order)
    work()
    row = refund(fresh(order), 500)
    return PaymentRefund.objects.select_related("payment").get(pk=row.pk)


def test_an_order_goes_from_unpaid_to_paid(outside, channel, order):
    assert channel.query(channel_order(order)).state == OrderState.UNPAID

    outside.pay(order)

    answer = channel.query(channel_order(order))
    assert answer.state == OrderState.PAID
    assert (answer.payment.order_number, answer.payment.amount_fen) == (order.number, PRICE_FEN)
    assert abs(answer.payment.paid_at - clock.now()) < timedelta(minutes=2)
    assert channel.query(channel_order(order)) == answer


def test_the_phone_gets_text(outside, channel, order):
    parameters = channel.payment_parameters(order.prepay_reference)

    assert parameters
    assert all(isinstance(value, str) for value in parameters.values())


def test_an_order_that_never_arrived_is_unknown(outside, channel):
    stranger = channel_order(place(outside.member, channel=outside.name))

    assert channel.query(stranger).state == OrderState.UNKNOWN


def test_an_order_is_closed_unless_it_is_paid(outside, channel, order):
    try:
        channel.close(channel_order(order))
    except CloseTooEarly:
        with clock.travel_to(order.expires_at + timedelta(minutes=6)):
            channel.close(channel_order(order))
    other = place(outside.member, channel=outside.name)
    payments.prepare_payment(order=other)
    outside.pay(other)

    with pytest.raises(OrderIsPaid):
        channel.close(channel_order(other))


def test_a_refund_is_made_once_however_often_it_is_asked_for(outside, channel, wanted):
    answers = [channel.refund(channel_refund(wanted)) for _ in range(3)]

    assert {answer.refund_id for answer in answers} == {answers[0].refund_id}
    assert {answer.state for answer in answers} == {RefundState.PROCESSING}
    assert (answers[0].number, answers[0].amount_fen) == (wanted.number, 500)
    assert answers[0].transaction_id == wanted.payment.transaction_id


def test_a_refund_is_unknown_until_it_is_taken_and_succeeds_in_the_end(outside, channel, wanted):
    with pytest.raises((RefundUnknown, OrderUnknown)):
        channel.query_refund(channel_refund(wanted))
    channel.refund(channel_refund(wanted))
    assert channel.query_refund(channel_refund(wanted)).state == RefundState.PROCESSING

    outside.finish(wanted)

    assert channel.query_refund(channel_refund(wanted)).state == RefundState.SUCCEEDED


def test_a_refund_whose_answer_is_lost_was_made(outside, channel, wanted):
    outside.lose_next("refund")

    with pytest.raises(ChannelUnavailable):
        channel.refund(channel_refund(wanted))

    assert channel.query_refund(channel_refund(wanted)).state == RefundState.PROCESSING


def test_an_order_whose_answer_is_lost_can_be_paid_or_ends(outside, channel):
    row = place(outside.member, channel=outside.name)
    outside.lose_next("place")
    with pytest.raises(PaymentUnavailable):
        payments.prepare_payment(order=row)

    if outside.name == "unionpay":  # it refuses the number a second time; the order runs out
        with pytest.raises(PaymentUnavailable):
            payments.prepare_payment(order=row)
        with clock.travel_to(row.expires_at + timedelta(minutes=6)):
            work()
        assert fresh(row).state == "closed"
    else:
        payments.prepare_payment(order=row)
        outside.pay(row)
        work()
        assert fresh(row).state == "paid"


def test_from_the_order_to_the_money_back(outside, wanted):
    work()
    outside.finish(wanted)
    work()

    row = fresh(wanted)
    assert row.state == "succeeded"
    assert row.payment.refunded_fen == 500


# Of UnionPay alone.


@pytest.fixture
def unionpay_order(database, unionpay):
    row = place(make_member("小林"), channel="unionpay")
    payments.prepare_payment(order=row)
    return fresh(row)


def test_unionpay_reports_a_payment_and_a_refund(unionpay, unionpay_order):
    assert send_unionpay(unionpay.pay(unionpay_order)) == 200
    row = fresh(unionpay_order)
    assert (row.state, row.accepted_payment.source) == ("paid", "notice")

    wanted = refund(row, 500)
    payments.send_refunds()
    assert send_unionpay(unionpay.finish(wanted)) == 200
    assert fresh(wanted).state == "succeeded"


def test_a_forged_notice_of_unionpay_is_refused(unionpay, unionpay_order, unionpay_keys):
    notice = unionpay.pay(unionpay_order)
    ours, _theirs = unionpay_keys

    assert send_unionpay(unionpay.notice(unionpay.trades[unionpay_order.number], ours)) == 401
    assert send_unionpay(notice.replace("txnAmt=1500", "txnAmt=1")) == 401
    assert send_unionpay(b"\xff") == 401
    assert fresh(unionpay_order).state == "awaiting_payment"


def test_a_wrong_sum_from_unionpay_is_surplus(unionpay, unionpay_order):
    send_unionpay(unionpay.pay(unionpay_order, amount_fen=1))

    assert fresh(unionpay_order).close_reason == "wrong_amount"


@pytest.mark.parametrize("fault", ["cut", "http", "forged", "01"])
def test_a_fault_of_unionpay_comes_to_rest(unionpay, unionpay_order, fault):
    send_unionpay(unionpay.pay(unionpay_order))
    wanted = refund(fresh(unionpay_order), 500)
    unionpay.faults["04"] = [fault]
    for _ in range(2):
        work()
    unionpay.finish(wanted)
    work()

    assert fresh(wanted).state == "succeeded"
    refunds = [fields for fields in unionpay.trades.values() if fields["txnType"] == "04"]
    assert len(refunds) == 1
