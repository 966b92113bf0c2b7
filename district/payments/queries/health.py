from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from district.kernel import clock
from district.payments.models import (
    BillDifference,
    ChannelBill,
    ChannelCall,
    Order,
    Payment,
    PaymentRefund,
)


@dataclass(frozen=True)
class PaymentWorkForPeople:
    """What no worker does any more."""

    set_aside_rows: int
    abnormal_refunds: int
    unknown_payments: int
    open_differences: int


def work_for_people() -> PaymentWorkForPeople:
    """How much waits for a person."""
    return PaymentWorkForPeople(
        set_aside_rows=Order.objects.exclude(set_aside_at=None).count()
        + PaymentRefund.objects.exclude(set_aside_at=None).count()
        + ChannelBill.objects.exclude(set_aside_at=None).count(),
        abnormal_refunds=PaymentRefund.objects.filter(state=PaymentRefund.State.ABNORMAL).count(),
        unknown_payments=Payment.objects.filter(
            cause=Payment.Cause.UNKNOWN_ORDER, refund_reserved_fen=0
        ).count(),
        open_differences=BillDifference.objects.filter(state=BillDifference.State.OPEN).count(),
    )


@dataclass(frozen=True)
class ChannelHealth:
    """How a channel answers, and what waits for it."""

    channel: str
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_failure_code: str
    waiting_orders: int
    waiting_refunds: int
    overdue_calls: int
    oldest_overdue_at: datetime | None


def channel_health(channel: str) -> ChannelHealth:
    """As far as the diary of calls and the rows that wait say."""
    calls = ChannelCall.objects.filter(channel=channel).order_by("-pk")
    success = calls.filter(outcome=ChannelCall.Outcome.COMPLETED).first()
    failure = calls.exclude(outcome=ChannelCall.Outcome.COMPLETED).first()
    overdue = Q(next_attempt_at__lte=clock.real_now(), set_aside_at=None)
    counts = {"waiting": Count("pk"), "overdue": Count("pk", filter=overdue)}
    oldest = {"oldest": Min("next_attempt_at", filter=overdue)}
    orders = Order.objects.filter(
        channel=channel, state__in=[Order.State.AWAITING_PAYMENT, Order.State.CLOSING]
    ).aggregate(**counts, **oldest)
    refunds = PaymentRefund.objects.filter(
        payment__channel=channel, state__in=PaymentRefund.UNDER_WAY
    ).aggregate(**counts, **oldest)
    oldest_of_both = [row["oldest"] for row in (orders, refunds) if row["oldest"]]
    return ChannelHealth(
        channel=channel,
        last_success_at=success.at if success else None,
        last_failure_at=failure.at if failure else None,
        last_failure_code=failure.code if failure else "",
        waiting_orders=orders["waiting"],
        waiting_refunds=refunds["waiting"],
        overdue_calls=orders["overdue"] + refunds["overdue"],
        oldest_overdue_at=min(oldest_of_both, default=None),
    )
