"""What a member has, owes and is about to lose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet, Sum

from district.kernel import clock
from district.members.models import Member
from loyalty.models import Lot, PointsAccount, Transfer

EXPIRING_WITHIN = timedelta(days=90)


@dataclass(frozen=True)
class Balance:
    """A member's points at an instant; what falls due until then is already reckoned with."""

    available: int
    held: int
    pending: int
    debt: int


@dataclass(frozen=True)
class ExpiringPoints:
    """Points of one issuer that end at the same instant."""

    points: int
    expires_at: datetime
    issuer: str


@dataclass(frozen=True)
class ActivatingPoints:
    """Points that become spendable at an instant."""

    points: int
    active_from: datetime
    issuer: str


def balance_of(member: Member, at: datetime | None = None) -> Balance:
    """The balance, right whether or not the sweep has run; zeros before the first receipt."""
    at = at or clock.now()
    account = PointsAccount.objects.filter(member=member).first()
    if account is None:
        return Balance(0, 0, 0, 0)
    if account.next_due is None or account.next_due > at:
        return Balance(account.available, account.held, account.pending, account.debt)
    with connection.cursor() as cursor:
        cursor.execute(_POINTS_DUE, {"member": account.pk, "at": at})
        return _balance_when_due(account, at, [_DuePoints(*row) for row in cursor.fetchall()])


@dataclass(frozen=True)
class _DuePoints:
    """Points that come to the spendable balance at an instant and end at another."""

    points: int
    pocket: str
    comes: datetime
    ends: datetime


def _balance_when_due(
    account: PointsAccount, at: datetime, portions: Sequence[_DuePoints]
) -> Balance:
    """What the account will hold once everything due is done: the debt is repaid as points come."""
    available = pending = 0
    held, debt = account.held, account.debt
    for portion in portions:
        if portion.comes > at:
            pending += portion.points
            continue
        if portion.pocket == "held":
            held -= portion.points
        repaid = min(debt, portion.points)
        debt -= repaid
        if portion.ends > at:
            available += portion.points - repaid
    return Balance(available, held, pending, debt)


def statement(member: Member) -> QuerySet[Transfer]:
    """The member's lines, to be ordered by `-seq`: without gaps, each with the balance after it."""
    return Transfer.objects.filter(account__member=member).select_related("store", "merchant")


def expiring_points(member: Member, within: timedelta = EXPIRING_WITHIN) -> list[ExpiringPoints]:
    """What ends within a time, soonest first, by instant and issuer: a calendar, not one date."""
    now = clock.now()
    lots = (
        Lot.objects.filter(
            account__member=member,
            remaining__gt=0,
            in_review=False,
            expires_at__gt=now,
            expires_at__lte=now + within,
        )
        .values("expires_at", "issuer__name")
        .annotate(points=Sum("remaining"))
        .order_by("expires_at", "issuer__name")
    )
    return [ExpiringPoints(lot["points"], lot["expires_at"], lot["issuer__name"]) for lot in lots]


def activating(member: Member) -> list[ActivatingPoints]:
    """What still waits to become spendable, soonest first."""
    lots = (
        Lot.objects.filter(
            account__member=member,
            pending=True,
            in_review=False,
            remaining__gt=0,
            active_from__gt=clock.now(),
        )
        .values("active_from", "issuer__name")
        .annotate(points=Sum("remaining"))
        .order_by("active_from", "issuer__name")
    )
    return [
        ActivatingPoints(lot["points"], lot["active_from"], lot["issuer__name"]) for lot in lots
    ]


def accounts_due(at: datetime) -> QuerySet[PointsAccount]:
    return PointsAccount.objects.filter(next_due__lte=at).order_by("next_due")


def accounts_due_until(until: datetime, *, after: int, limit: int) -> list[int]:
    """Numbers of accounts in which something happens by itself until then, in their order."""
    due = PointsAccount.objects.filter(next_due__lte=until, pk__gt=after).order_by("pk")
    return list(due.values_list("pk", flat=True)[:limit])


def balances_of(members: Sequence[int], at: datetime) -> dict[int, Balance]:
    """The balances of many members at once; who has no account is left out."""
    accounts = PointsAccount.objects.filter(pk__in=members).select_related("member")
    return {
        account.pk: Balance(account.available, account.held, account.pending, account.debt)
        if account.next_due is None or account.next_due > at
        else balance_of(account.member, at)
        for account in accounts
    }


# Spendable and waiting lots, and what holds past their time give back: into a lot that still lives,
# or with the hold's days of grace. In the order in which loyalty_catch_up does it.
_POINTS_DUE = """
select points, pocket, comes, ends from (
    select remaining as points, 'pending' as pocket, 3 as turn, 0 as hold,
        -- Not before a person has decided, whenever that is.
        case when in_review then %(at)s::timestamptz + interval '1 day' else active_from end as comes,
        expires_at as ends
    from loyalty_lot where account_id = %(member)s and pending and remaining > 0
    union all
    select remaining, 'available', 0, 0, active_from, expires_at
    from loyalty_lot where account_id = %(member)s and not pending and remaining > 0
    union all
    select part.points, 'held', 2, hold.id, hold.expires_at,
        case when lot.expires_at > hold.expires_at then lot.expires_at
        else ((hold.expires_at at time zone 'Asia/Shanghai')::date + 1
              + hold.grace_days)::timestamp at time zone 'Asia/Shanghai' end
    from loyalty_hold hold
    join loyalty_holdpart part on part.hold_id = hold.id
    join loyalty_lot lot on lot.transfer_id = part.lot_id
    where hold.account_id = %(member)s and hold.state = 'open' and hold.expires_at <= %(at)s
) due order by comes, turn, hold, ends
"""
