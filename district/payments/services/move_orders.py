"""Two members turned out to be one person: the orders of one are the other's."""

from django.db import transaction

from district.payments.models import Order


@transaction.atomic
def move_orders(*, source: int, into: int) -> int:
    """The orders of the member `source` belong to `into`; how many. No order of `source` can come any more:
    placing one waits for the merger, and then refuses."""
    return Order.objects.filter(member=source).update(member=into)
