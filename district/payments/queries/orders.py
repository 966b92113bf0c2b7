from django.db.models import Prefetch, QuerySet

from district.kernel.errors import NotFound
from district.members.models import Member
from district.payments.models import Order, PaymentRefund


def orders_of_member(member: Member) -> QuerySet[Order]:
    """A member's orders with what came back of them, the newest first."""
    refunds = PaymentRefund.objects.order_by("pk")
    return (
        Order.objects.filter(member=member)
        .select_related("merchant", "accepted_payment")
        .prefetch_related("payments", Prefetch("payments__refunds", refunds))
        .order_by("-pk")
    )


def order_of_member(member: Member, public_id: str) -> Order:
    """A member's own order. Raises NotFound."""
    order = orders_of_member(member).filter(public_id=public_id).first()
    if order is None:
        raise NotFound
    return order
