"""Answers that are lost, notices that stay away, charges that fail: asked about, never sent blindly, left to nobody."""

import pytest

from district.kernel import clock
from district.payments import services as payments
from district.payments.models import Order, PaymentRefund
from parking import listeners
from parking import services as parking
from parking.models import Arrears, WechatEntry
from parking.wechat_parking.entries import report_entries
from parking.wechat_parking.values import LeaveReason
from tests.payments.payment_steps import events


def test_a_charge_whose_answer_was_lost_is_asked_for_and_not_sent_again(scene):
    scene.enter()
    scene.sandbox.trouble("charge_parking", "cut", times=3)

    answer = scene.ask()

    assert (answer.reason, answer.due_fen) == (LeaveReason.CHARGE_UNSURE, 900)
    sent = scene.sandbox.calls("charge_parking")
    scene.follow()
    assert scene.ask().reason is LeaveReason.CHARGE_ACCEPTED
    assert scene.sandbox.calls("charge_parking") == sent


def test_a_charge_that_never_arrived_is_sent_with_the_same_number(scene):
    scene.enter()
    scene.sandbox.trouble("charge_parking", "http", code=502, times=3)
    assert scene.ask().reason is LeaveReason.CHARGE_UNSURE
    number = scene.charge.number

    scene.follow()

    assert (scene.charge.state, scene.charge.number) == ("accepted", number)


def test_a_refusal_counts_once_wechat_does_not_have_the_charge(scene):
    scene.enter()
    scene.sandbox.trouble("charge_parking", "refuse", code="RULE_LIMIT", number=403)

    answer = scene.ask()

    assert (answer.reason, answer.due_fen) == (LeaveReason.PAYMENT_DUE, 900)
    assert scene.charge.state == "refused"
    assert scene.ask() == answer


def test_a_notice_that_stays_away_is_asked_for(scene):
    scene.enter()
    scene.ask()
    scene.follow()
    assert scene.charge.state == "accepted"
    scene.sandbox.control("pay-settings", hold_notices=True)
    scene.sandbox.control("pay-settle-charge", out_trade_no=scene.charge.number)

    scene.follow()

    assert scene.charge.state == "paid"
    assert Order.objects.count() == 1


def test_an_entry_whose_answer_was_lost_is_reported_again_and_known_once(scene):
    scene.sandbox.trouble("report_entry", "cut", times=3)
    scene.enter()
    assert scene.entry.state == WechatEntry.State.WAITING

    WechatEntry.objects.update(next_attempt_at=clock.real_now())
    report_entries()

    assert scene.entry.state == WechatEntry.State.NORMAL
    assert len(scene.sandbox.documents("vehicle_entry")) == 1


@pytest.fixture
def failed(scene):
    """The car left, and WeChat says that it could not charge."""
    scene.enter()
    scene.ask()
    scene.leave()
    scene.settle("FAIL")
    return scene


def test_a_charge_that_fails_after_the_car_left_is_arrears_at_once(failed):
    arrears = failed.arrears

    assert failed.charge.state == "failed"
    assert (arrears.cause, arrears.amount_fen, arrears.member) == (
        *("charge_failed", 900, failed.member),
    )
    assert arrears.due_at == arrears.opened_at
    assert failed.entry.state == WechatEntry.State.CHARGED
    failed.reckon()
    assert Arrears.objects.count() == 1


def test_who_repays_at_wechat_has_paid(failed):
    failed.repay()

    assert (failed.charge.state, failed.charge.is_repaid) == ("paid", True)
    assert (failed.arrears.state, failed.due_fen()) == ("paid", 0)
    assert not PaymentRefund.objects.exists()


def pay_own_order(scene):
    """The member pays the arrears in the mini-program."""
    row = parking.pay_arrears(arrears=scene.arrears)
    assert parking.pay_arrears(arrears=scene.arrears).order == row.order
    scene.sandbox.control("pay-order", **payments.prepare_payment(order=row.order))
    scene.forget_notice()
    payments.query_order(row.order)
    return events("OrderPaid")[-1]


def test_who_pays_us_and_then_wechat_gets_the_second_money_back(failed):
    paid = pay_own_order(failed)
    for _ in range(2):
        listeners.on_order_paid(paid)
    assert (failed.arrears.state, failed.due_fen()) == ("paid", 0)

    failed.repay()

    assert failed.charge.state == "paid"
    assert [(row.amount_fen, row.reason) for row in PaymentRefund.objects.all()] == [
        (900, "停车费多收退回")
    ]


def test_who_pays_wechat_while_our_order_is_open_gets_the_second_money_back(failed):
    paid = pay_own_order(failed)
    failed.repay()

    for _ in range(2):
        listeners.on_order_paid(paid)

    assert failed.arrears.state == "paid"
    (refund,) = PaymentRefund.objects.all()
    assert (refund.amount_fen, refund.payment.order) == (900, failed.arrears.order)


def test_money_that_wechat_advanced_is_money_and_a_failure_after_it_is_none(scene):
    scene.enter()
    scene.ask()
    scene.leave()

    scene.settle("ADVANCE")
    assert (scene.charge.state, scene.charge.is_advanced, scene.charge.is_repaid) == (
        *("paid", True, False),
    )
    scene.repay()

    assert scene.charge.is_repaid is True
    assert scene.arrears is None
    assert Order.objects.count() == 1
