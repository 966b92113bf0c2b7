"""An order that nobody is to pay any more."""

from django.db import transaction

from district.kernel import clock
from district.payments import retries, transitions
from district.payments.errors import OrderAlreadyPaid
from district.payments.models import Order

State = Order.State


@transaction.atomic
def close_order(*, order: Order) -> Order:
    """The order, closed, or `closing` until its channel agrees; again: the same. Listen to OrderClosed and OrderPaid.

    A payment that was made before the channel agreed is accepted. Raises OrderAlreadyPaid.
    """
    row = transitions.lock_order(order.pk)
    if row.state == State.PAID:
        raise OrderAlreadyPaid
    if row.state in {State.CREATED, State.AWAITING_PAYMENT}:
        transitions.want_closed(row, Order.CloseReason.BY_APP)
    return row


def close_due_orders(*, limit: int = retries.BATCH) -> int:
    """Begin to close orders whose time to pay is over; how many."""
    at, count = clock.now(), 0
    while count < limit and _close_first_due(at):
        count += 1
    return count


@transaction.atomic
def _close_first_due(at: object) -> bool:
    due = Order.objects.filter(
        state__in=[State.CREATED, State.AWAITING_PAYMENT], expires_at__lte=at
    )
    rows = due.select_for_update(no_key=True, skip_locked=True)
    order = rows.order_by("expires_at").first()
    if order is None:
        return False
    transitions.want_closed(order, Order.CloseReason.EXPIRED)
    return True
