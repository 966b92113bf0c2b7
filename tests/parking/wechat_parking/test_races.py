"""What happens to a parked car at the same instant, over connections of their own."""

from datetime import timedelta

import pytest

from district.kernel import clock, invariants
from district.payments.models import Order, Payment, PaymentRefund
from parking import listeners
from parking import services as parking
from parking.models import Arrears, WechatCharge, WechatEntry
from parking.wechat_parking.charges import follow_charges, note_charge_notice
from parking.wechat_parking.entries import end_entries, report_entries
from parking.wechat_parking.values import LeaveReason, ReportedCharge
from tests.factories.stays import gate_row, pass_gate
from tests.parking.wechat_parking.test_unsure import pay_own_order
from tests.race import race


@pytest.fixture
def database(real_db):
    """Commits are real."""
    return real_db


@pytest.fixture(autouse=True)
def sound_afterwards(database):
    yield
    assert list(invariants.offences()) == []


def paid(charge, **changed):
    return ReportedCharge(
        **{
            "number": charge.number,
            "state": "paid",
            "amount_fen": charge.amount_fen,
            "word": "SUCCESS",
            "transaction_id": f"42{charge.pk}",
            "paid_at": clock.now(),
        }
        | changed
    )


def at_once(*calls):
    """Each over a connection of its own, all at the scene's instant."""
    at = clock.now()

    def travelling(call):
        def run():
            with clock.travel_to(at):
                return call()

        return run

    return race(*(travelling(call) for call in calls))


def test_a_car_that_is_told_of_asked_for_and_leaves_everywhere_at_once_is_charged_once(scene):
    at = clock.now() - timedelta(minutes=85)
    pass_gate(scene.car_park, gate_row(scene.car_park, "entry", at))
    at_once(*[report_entries] * 4)
    assert WechatEntry.objects.get().state == WechatEntry.State.NORMAL
    assert len(scene.sandbox.documents("vehicle_entry")) == 1

    answers = at_once(scene.ask, scene.ask, scene.ask, follow_charges)
    at_once(scene.leave, end_entries, end_entries)
    scene.follow()

    assert {answer.reason for answer in answers[:3]} <= {
        *(LeaveReason.CHARGE_ACCEPTED, LeaveReason.CHARGE_UNSURE),
    }
    assert len(scene.sandbox.documents("vehicle_charge")) == WechatCharge.objects.count() == 1
    assert scene.charge.state == "accepted"


def test_notices_and_a_query_at_once_are_one_payment_and_money_counts_more_than_a_failure(scene):
    scene.enter()
    scene.ask()
    scene.leave()
    scene.sandbox.control("pay-settings", hold_notices=True)
    scene.sandbox.control("pay-settle-charge", out_trade_no=scene.charge.number)
    (document,) = scene.sandbox.documents("vehicle_charge")
    charge = scene.charge
    reported = paid(charge, transaction_id=document["transaction_id"])
    failed = paid(charge, state="failed", word="FAIL", failure="余额不足")
    WechatCharge.objects.update(next_attempt_at=clock.real_now())

    at_once(
        *[lambda: note_charge_notice(reported=reported)] * 3,
        lambda: note_charge_notice(reported=failed),
        follow_charges,
    )

    assert scene.charge.state == "paid"
    assert (Payment.objects.count(), Order.objects.count()) == (1, 1)
    assert not PaymentRefund.objects.exists()
    assert not Arrears.objects.filter(state="open").exists()


def test_arrears_that_are_ordered_and_paid_twice_at_once_leave_one_money_with_us(scene):
    scene.enter()
    scene.ask()
    scene.leave()
    scene.settle("FAIL")
    row, charge = scene.arrears, scene.charge
    answers = at_once(
        *[lambda: parking.pay_arrears(arrears=row)] * 3,
        parking.reckon_stays,
        parking.remind_of_arrears,
        parking.remind_of_arrears,
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Order.objects.filter(purpose="parking.arrears").count() == row.reminders.count() == 1
    event = pay_own_order(scene)

    at_once(
        lambda: listeners.on_order_paid(event),
        lambda: note_charge_notice(reported=paid(charge)),
        lambda: listeners.on_order_paid(event),
    )

    assert (scene.arrears.state, scene.due_fen()) == ("paid", 0)
    assert [refund.amount_fen for refund in PaymentRefund.objects.all()] == [900]
