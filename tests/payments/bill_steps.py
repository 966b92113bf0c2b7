"""How the tests of daily bills let a morning pass, and what differences they find."""

from datetime import timedelta

from district.kernel import clock
from district.payments import services as payments
from district.payments.models import (
    BillDifference,
)
from tests.payments.bank_channel import NOON
from tests.payments.payment_steps import (
    let_waiting_calls_be_due,
)

NEXT_MORNING = NOON + timedelta(hours=23)


def reconcile(at=NEXT_MORNING):
    """What the task does on the next morning."""
    with clock.travel_to(at):
        payments.want_bills()
        let_waiting_calls_be_due()
        payments.fetch_bills()
        payments.reconcile_bills()


def look_again(at=NEXT_MORNING + timedelta(hours=7)):
    with clock.travel_to(at):
        let_waiting_calls_be_due()
        payments.settle_differences()


def found():
    rows = BillDifference.objects.order_by("kind", "pk")
    return [(row.kind, row.number, row.amount_fen, row.state) for row in rows]
