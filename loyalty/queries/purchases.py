"""Purchases as other apps count them: those that were paid and not given back whole."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth

from district.kernel import clock
from district.members.models import Member
from loyalty.models import PointsAccount, Receipt


def purchase_to_rate(
    member: Member, *, store: int, receipt_no: str, since: datetime
) -> Receipt | None:
    """The member's latest purchase at a store that was paid since the instant, or the one of that number.

    Those of members that were merged into this one are its own.
    """
    rows = _standing(Receipt.objects.filter(account__in=_accounts_of(member), store=store))
    rows = rows.filter(paid_at__gte=since)
    if receipt_no:
        rows = rows.filter(receipt_no=receipt_no)
    return rows.order_by("-paid_at", "-pk").first()


def purchases_by_day(
    merchants: Collection[int], first: date, last: date
) -> list[tuple[int, date, int]]:
    """Merchant, Shanghai day and number of purchases, for the days on which there were any."""
    rows = _standing(
        Receipt.objects.filter(
            merchant__in=merchants,
            paid_at__gte=clock.start_of_day(first),
            paid_at__lt=clock.start_of_day(last + timedelta(days=1)),
        )
    )
    days = rows.annotate(day=TruncDate("paid_at", tzinfo=clock.SHANGHAI)).values("merchant", "day")
    counted = days.annotate(purchases=Count("pk")).order_by("merchant", "day")
    return list(counted.values_list("merchant", "day", "purchases"))


def purchases_by_store(first: date, last: date) -> dict[int, int]:
    """How many purchases each store had on these Shanghai days, for stores that had any."""
    rows = _standing(
        Receipt.objects.filter(
            paid_at__gte=clock.start_of_day(first),
            paid_at__lt=clock.start_of_day(last + timedelta(days=1)),
        )
    )
    counted = rows.values("store").annotate(purchases=Count("pk")).order_by("store")
    return dict(counted.values_list("store", "purchases"))


def monthly_totals(merchant: int, first: date, last: date) -> list[tuple[date, int, int, int]]:
    """Of each Shanghai month with purchases: its first day, how many were paid, paid and given back in fen.

    Purchases that were given back whole are among them, with what was given back.
    """
    rows = Receipt.objects.filter(
        merchant=merchant,
        paid_fen__gt=0,
        paid_at__gte=clock.start_of_day(first),
        paid_at__lt=clock.start_of_day(last + timedelta(days=1)),
    )
    months = rows.annotate(month=TruncMonth("paid_at", tzinfo=clock.SHANGHAI)).values("month")
    totals = months.annotate(
        purchases=Count("pk"), paid=Sum("paid_fen"), refunded=Sum("refunded_fen")
    ).order_by("month")
    return [
        (month.date(), purchases, int(paid), int(refunded))
        for month, purchases, paid, refunded in totals.values_list(
            "month", "purchases", "paid", "refunded"
        )
    ]


def _standing(rows: QuerySet[Receipt]) -> QuerySet[Receipt]:
    return rows.filter(paid_fen__gt=0, refunded_fen__lt=F("paid_fen"), freed=False)


def _accounts_of(member: Member) -> set[int]:
    """The member and whoever was merged into it, at any remove."""
    found, newest = {member.pk}, {member.pk}
    while newest:
        merged = PointsAccount.objects.filter(merged_into__in=newest)
        newest = set(merged.values_list("pk", flat=True)) - found
        found |= newest
    return found
