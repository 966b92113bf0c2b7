"""What keys and merchants granted without anybody looking, and what waits for a person."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import QuerySet, Sum

from district.kernel import clock
from district.kernel.database.postgres import first_row
from district.members.models import Member
from loyalty.models import EarningReview, Lot

DAYS = 7


@dataclass(frozen=True)
class CeilingsInForce:
    """The ceilings at a merchant at an instant, in points; None: no ceiling."""

    receipt_points: int | None
    member_day_points: int | None
    key_day_points: int | None
    merchant_day_points: int | None
    review_by_two_from_points: int


@dataclass(frozen=True)
class EarningVelocity:
    """What a key or merchant granted on a Shanghai day: `points` at once, `waited_points` for a person."""

    day: date
    points: int
    waited_points: int


def ceilings_at(merchant: int, at: datetime) -> CeilingsInForce:
    """The ceilings in force at a merchant: of the alliance's and its own the lower ones."""
    return CeilingsInForce(*first_row("select * from loyalty_ceilings(%s, %s)", merchant, at))


def earning_velocity(merchant: int, *, actor: str = "", days: int = DAYS) -> list[EarningVelocity]:
    """The last Shanghai days at a merchant, today first; with `actor` only what that key posted.

    As far back as counters are kept, and without what was posted while there was no ceiling.
    """
    today = clock.business_day(clock.now())
    with connection.cursor() as cursor:
        cursor.execute(
            _VELOCITY,
            {
                "merchant": merchant,
                "actor": actor,
                "subject": f"key {actor}" if actor else f"merchant {merchant}",
                "today": today,
                "since": today - timedelta(days=days - 1),
            },
        )
        return [EarningVelocity(*row) for row in cursor.fetchall()]


def points_in_review(member: Member) -> int:
    """What of a member's pending points waits for a person."""
    lots = Lot.objects.filter(account__member=member, pending=True, in_review=True)
    return lots.aggregate(points=Sum("remaining"))["points"] or 0


def reviews() -> QuerySet[EarningReview]:
    """Reviews with all that a screen says of them, in one query."""
    return EarningReview.objects.select_related(
        "merchant", "receipt__store", "receipt__account__member", "first_by", "decided_by"
    )


def oldest_waiting_review() -> EarningReview | None:
    """The review that has waited longest for a person."""
    waiting = EarningReview.objects.filter(state=EarningReview.State.WAITING)
    return waiting.order_by("at", "pk").first()


_VELOCITY = """
    select day::date, (
            select coalesce(sum(points), 0) from loyalty_earningcounter counter
            where counter.subject = %(subject)s and counter.day = each.day::date)::bigint,
        (select coalesce(sum(review.points), 0) from loyalty_earningreview review
            join loyalty_receipt receipt on receipt.id = review.receipt_id
            where review.merchant_id = %(merchant)s
                and (%(actor)s = '' or receipt.actor = %(actor)s)
                and review.at >= each.day::timestamp at time zone 'Asia/Shanghai'
                and review.at < (each.day::timestamp + interval '1 day')
                    at time zone 'Asia/Shanghai')::bigint
    from generate_series(%(since)s::timestamp, %(today)s::timestamp, '1 day') each (day)
    order by day desc
"""
