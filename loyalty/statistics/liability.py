"""What was promised and not yet redeemed: live, waiting and held points, at the price of their issue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from district.kernel import clock
from loyalty.statistics.scope import StatisticsScope


@dataclass(frozen=True)
class LiabilityLevel:
    """Outstanding points at an instant, and what they cost in thousandths of a fen."""

    at: datetime
    points: int
    milli_fen: int


@dataclass(frozen=True)
class Liability:
    """One issuer's outstanding points, at each instant that was asked for."""

    issuer: int
    name: str
    levels: tuple[LiabilityLevel, ...]


def liability(scope: StatisticsScope, *, days: int, step: int) -> list[Liability]:
    """Per issuer, the largest first: at the end of each `step`th day of the last days, and now.

    Reckoned backwards from what is there now, undoing what happened since: so the look costs what
    moved in the period, not what moved since the ledger began. Right whether or not the sweep has
    run: points that are dead and not yet written off count as alive until their last day only.
    """
    now = clock.now()
    instants = _instants(now, days=days, step=step)
    with connection.cursor() as cursor:
        cursor.execute(_LIABILITY, scope.terms | {"instants": instants, "now": now})
        rows = cursor.fetchall()
    found: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for issuer, name, bucket, points, milli_fen in rows:
        changes = found.setdefault((issuer, name), [(0, 0)] * (len(instants) + 1))
        changes[bucket] = (int(points), int(milli_fen))
    known = [
        Liability(issuer, name, _levels(instants, changes))
        for (issuer, name), changes in found.items()
    ]
    return sorted(known, key=lambda liability: (-liability.levels[-1].milli_fen, liability.issuer))


def _instants(now: datetime, *, days: int, step: int) -> list[datetime]:
    """Ends of days, so many apart that the last one is yesterday's; and now."""
    today = clock.business_day(now)
    back = range(days - days % step, -1, -step)
    ends = [clock.start_of_day(today - timedelta(days=number)) for number in back]
    return [*(end for end in ends if end < now), now]


def _levels(
    instants: Sequence[datetime], changes: Sequence[tuple[int, int]]
) -> tuple[LiabilityLevel, ...]:
    """`changes[0]` is what is there now, `changes[k]` what happened behind the k-th instant."""
    points, milli_fen = changes[0]
    levels = [LiabilityLevel(instants[-1], points, milli_fen)]
    for number in range(len(instants) - 1, 0, -1):
        points -= changes[number][0]
        milli_fen -= changes[number][1]
        levels.append(LiabilityLevel(instants[number - 1], points, milli_fen))
    return tuple(reversed(levels))


# A change at an instant itself belongs behind it: a day ends where the next one starts.
_LIABILITY = """
with moved as materialized (
    select id, at from loyalty_transfer where at >= (%(instants)s::timestamptz[])[1] and at <= %(now)s
), own as (
    select lot.*, first.store_id from loyalty_lot lot
    join loyalty_transfer first on first.id = coalesce(lot.origin_id, lot.transfer_id)
    where (%(merchant)s::bigint is null or lot.issuer_id = %(merchant)s)
        and (%(stores)s::bigint[] is null or first.store_id = any(%(stores)s::bigint[]))
), changes as (
    select issuer_id, null::timestamptz as at, remaining as points, price_milli_fen from own
    where remaining > 0 and expires_at > %(now)s
    union all
    select own.issuer_id, null, part.points, own.price_milli_fen
    from loyalty_hold hold join loyalty_holdpart part on part.hold_id = hold.id
    join own on own.transfer_id = part.lot_id
    where hold.state = 'open'
    union all
    select own.issuer_id, moved.at, own.granted, own.price_milli_fen
    from moved join own on own.transfer_id = moved.id
    union all
    select own.issuer_id, moved.at, -draw.points, own.price_milli_fen
    from moved join loyalty_draw draw on draw.transfer_id = moved.id
    join own on own.transfer_id = draw.lot_id
    union all
    select own.issuer_id, moved.at, restore.points, own.price_milli_fen
    from moved join loyalty_restore restore on restore.transfer_id = moved.id
    join loyalty_draw draw on draw.id = restore.draw_id join own on own.transfer_id = draw.lot_id
    union all
    select issuer_id, expires_at, -remaining, price_milli_fen from own
    where remaining > 0 and expires_at >= (%(instants)s::timestamptz[])[1]
        and expires_at <= %(now)s
), summed as (
    select issuer_id,
        case when at is null then 0
            -- What happens in this very instant stands before it, not behind.
            else least(width_bucket(at, %(instants)s::timestamptz[]),
                       cardinality(%(instants)s::timestamptz[]) - 1)
        end as bucket,
        sum(points) as points, sum(points * price_milli_fen) as milli_fen
    from changes group by 1, 2
)
select issuer_id, merchant.name, bucket, points, milli_fen
from summed join merchants_merchant merchant on merchant.id = issuer_id
"""
