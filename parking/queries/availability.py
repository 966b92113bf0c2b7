"""How many places are free now, and how many there will be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from parking.availability.forecast import Forecast, Observation, forecast, windows
from parking.availability.freshness import Freshness, FreshnessTerms, freshness
from parking.availability.public_counts import UNKNOWN, PublicCount, public_count
from parking.models import OccupancyFeed, OccupancyReading, Pool, Reservation

# How far ahead a forecast is made: its seasons are weeks.
FURTHEST_AHEAD = timedelta(days=7)
# So long before its window a place is kept free for a reservation.
PROTECTED_AHEAD = timedelta(minutes=30)


@dataclass(frozen=True)
class PoolNow:
    """A pool with what its latest reading says now; unknown tells no number, stale tells its age."""

    pool: Pool
    freshness: Freshness
    count: PublicCount
    age_minutes: int | None


@dataclass(frozen=True)
class PoolLater:
    """How full a pool is expected to be."""

    count: PublicCount
    weeks: int


def terms_of(feed: OccupancyFeed) -> FreshnessTerms:
    return FreshnessTerms.from_minutes(feed.fresh_minutes, feed.stale_minutes)


def pool_now(pool: Pool, at: datetime) -> PoolNow:
    """What is told of a pool; its `live` row with its feed must have been read along.

    What is kept for cars that come soon (`pools_with_live`) is not free: who comes without a reservation is let in
    only while all of them still find a place.
    """
    live = pool.live
    if live.feed is None or live.measured_at is None:
        return PoolNow(pool, Freshness.UNKNOWN, UNKNOWN, None)
    state = freshness(live.measured_at, at, terms_of(live.feed))
    if state is Freshness.UNKNOWN:
        return PoolNow(pool, state, UNKNOWN, None)
    age_minutes = max(timedelta(0), at - live.measured_at) // timedelta(minutes=1)
    taken = live.occupied + _protected_places(pool)
    return PoolNow(pool, state, public_count(taken, live.capacity), age_minutes)


def pools_with_live(at: datetime) -> QuerySet[Pool]:
    """Pools with their latest reading and `protected_places`: places reserved for cars that are due soon and not yet in."""
    due = (
        Reservation.objects.filter(
            pool=OuterRef("pk"),
            state__in=[Reservation.State.HELD, Reservation.State.CONFIRMED],
            starts_at__lte=at + PROTECTED_AHEAD,
            late_until__gt=at,
        )
        .order_by()
        .values("pool")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return Pool.objects.select_related("live__feed").annotate(
        protected_places=Coalesce(Subquery(due), 0)
    )


def _protected_places(pool: Pool) -> int:
    count: int = pool.protected_places  # type: ignore[attr-defined]
    return count


def admits_walk_in(pool: Pool, at: datetime) -> bool | None:
    """Whether a car without a reservation finds a place that nobody who is due soon needs; None where nothing is known."""
    current: Pool = pools_with_live(at).get(pk=pool.pk)
    live = current.live
    if live.feed is None or live.measured_at is None:
        return None
    if freshness(live.measured_at, at, terms_of(live.feed)) is Freshness.UNKNOWN:
        return None
    return live.occupied + _protected_places(current) < live.capacity


def forecasts(
    pools: Sequence[Pool], *, target: datetime, known_until: datetime
) -> dict[int, PoolLater]:
    """What the past of these pools says of an instant, by pool; a pool without a past is left out. One query."""
    histories = _histories(pools, target=target)
    found = {}
    for pool in pools:
        expected = forecast(histories.get(pool.pk, ()), known_until=known_until, target=target)
        if expected is not None:
            found[pool.pk] = _later(expected, pool.capacity)
    return found


def _later(expected: Forecast, capacity: int) -> PoolLater:
    return PoolLater(public_count(round(expected.share * capacity), capacity), expected.weeks)


def _histories(pools: Iterable[Pool], *, target: datetime) -> Mapping[int, list[Observation]]:
    """The readings a forecast looks at: around the same time of the last weeks, those of now and the latest."""
    spans = Q()
    for pool in pools:
        for start, end in windows(target, pool.live.measured_at):
            spans |= Q(pool=pool, measured_at__range=(start, end))
        spans |= Q(pool=pool, measured_at=pool.live.measured_at)
    found: dict[int, list[Observation]] = {}
    rows = OccupancyReading.objects.filter(spans).order_by("measured_at")
    for pool_id, at, occupied, capacity in rows.values_list(
        "pool_id", "measured_at", "occupied", "capacity"
    ):
        share = min(1.0, occupied / capacity) if capacity else 1.0
        found.setdefault(pool_id, []).append(Observation(at, share))
    return found
