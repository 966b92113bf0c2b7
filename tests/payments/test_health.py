"""What /readyz and the tasks say of payments."""

from datetime import timedelta

from district.kernel import clock
from district.payments import queries, tasks
from district.payments import services as payments
from district.payments.channels.base import ChannelPayment, RefundState
from district.payments.health_warnings import payments_warning
from tests.payments.payment_steps import (
    accept,
    fresh,
    let_waiting_calls_be_due,
    note,
    place_paid,
    place_prepared,
    refund,
)


def test_what_waits_for_people_is_named(bank, member):
    assert payments_warning() == ""
    wanted = refund(place_paid(bank, member), 500)
    payments.send_refunds()
    note(bank.finish(wanted, RefundState.ABNORMAL))
    accept(
        ChannelPayment(
            order_number="P20260101ABCDEFGHJKLMNPQR",
            transaction_id="T1",
            amount_fen=9,
            payer_total_fen=None,
            paid_at=clock.now(),
        )
    )

    assert payments_warning() == (
        "payments: 1 abnormal refunds, 1 payments of unknown orders; see the admin"
    )


def test_how_a_channel_answers_and_what_waits_for_it(bank, member):
    place_prepared(member)
    refund(place_paid(bank, member), 500)
    bank.faults["refund"] = ["RULE_LIMIT"]
    payments.send_refunds()
    let_waiting_calls_be_due()

    health = queries.channel_health("bank")

    assert health.last_success_at is not None
    assert health.last_failure_at is not None
    assert health.last_failure_code == "RULE_LIMIT"
    assert (health.waiting_orders, health.waiting_refunds, health.overdue_calls) == (1, 1, 2)
    assert health.oldest_overdue_at is not None


def test_the_tasks_do_all_that_is_due(bank, member):
    order = place_prepared(member)
    bank.pay(order)
    let_waiting_calls_be_due()

    assert tasks.call_channels() == 1
    assert fresh(order).state == "paid"
    with clock.travel_to(clock.now() + timedelta(days=2)):
        assert tasks.reconcile() > 0
