"""What may be asked about payments."""

from district.payments.queries.health import (
    ChannelHealth,
    PaymentWorkForPeople,
    channel_health,
    work_for_people,
)
from district.payments.queries.orders import order_of_member, orders_of_member
from district.payments.queries.reconciliation import FoundDifference, differences_of

__all__ = [
    "ChannelHealth",
    "FoundDifference",
    "PaymentWorkForPeople",
    "channel_health",
    "differences_of",
    "order_of_member",
    "orders_of_member",
    "work_for_people",
]
