"""Purchases as other apps count them: those that were paid and not given back whole."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncMonth

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


# As one text for each merchant: a row for each of its days is what reading them would cost.
_BY_AGE = """
    select merchant_id, '[' || string_agg('[' || age || ',' || purchases || ']', ',' order by age) || ']'
    from (
        select merchant_id, %(last)s::date - (paid_at at time zone 'Asia/Shanghai')::date as age, count(*) as purchases
        from loyalty_receipt
        where merchant_id = any(%(merchants)s::bigint[]) and paid_at >= %(since)s and paid_at < %(until)s
            and paid_fen > 0 and refunded_fen < paid_fen and not freed
        group by merchant_id, age) of_day
    group by merchant_id
"""


def purchases_by_age(merchants: Collection[int], first: date, last: date) -> dict[int, str]:
    """By merchant, as JSON: `[days before last, purchases]` of each Shanghai day on which there were any, the last one first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _BY_AGE,
            {
                "merchants": list(merchants),
                "last": last,
                "since": clock.start_of_day(first),
                "until": clock.start_of_day(last + timedelta(days=1)),
            },
        )
        return dict(cursor.fetchall())


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
