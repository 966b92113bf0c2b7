"""Pure: how much a reading still says, by its age, and how long a feed was silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise


class Freshness(StrEnum):
    """Fresh: shown; stale: shown with its age; unknown: no number is shown."""

    FRESH = "fresh"
    STALE = "stale"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FreshnessTerms:
    """How old a reading may be to be fresh, and to be stale rather than unknown."""

    fresh: timedelta
    stale: timedelta

    @classmethod
    def from_minutes(cls, fresh_minutes: int, stale_minutes: int) -> "FreshnessTerms":
        return cls(timedelta(minutes=fresh_minutes), timedelta(minutes=stale_minutes))


@dataclass(frozen=True, slots=True)
class FreshnessMinutes:
    """How many whole minutes of a span were fresh, stale and unknown."""

    fresh: int
    stale: int
    unknown: int


def freshness(measured_at: datetime | None, at: datetime, terms: FreshnessTerms) -> Freshness:
    """What a reading says at an instant; without one nothing is known."""
    if measured_at is None or at - measured_at > terms.stale:
        return Freshness.UNKNOWN
    return Freshness.FRESH if at - measured_at <= terms.fresh else Freshness.STALE


def minutes_by_freshness(measured: Sequence[datetime], terms: FreshnessTerms) -> FreshnessMinutes:
    """From the first of these instants, which rise, to the last, in whole minutes."""
    nothing = timedelta(0)
    fresh = stale = unknown = nothing
    for earlier, later in pairwise(measured):
        gap = later - earlier
        fresh += min(gap, terms.fresh)
        stale += max(nothing, min(gap, terms.stale) - terms.fresh)
        unknown += max(nothing, gap - terms.stale)
    minute = timedelta(minutes=1)
    return FreshnessMinutes(fresh // minute, stale // minute, unknown // minute)


def gaps_in(
    measured: Sequence[datetime], terms: FreshnessTerms, *, until: datetime
) -> list[tuple[datetime, datetime]]:
    """When nothing was known between these instants, which rise, and until now: each from and to."""
    return [
        (earlier + terms.stale, later)
        for earlier, later in pairwise([*measured, until])
        if later - earlier > terms.stale
    ]
