"""Pure: how full a pool will be, from its own past.

The model is seasonal and has no secrets: the share at the same time of the same weekday in the last weeks, the newer
weeks weighing more, moved by how far the latest reading lies from what the same weeks say of its own time; the longer
ahead, the less of that. `manage.py replay_occupancy` prints its error beside that of a naive forecast: the share a
week ago. Weights and half-life were chosen on seven of the fourteen car parks of that data (decision 0078).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

WEEKS: Final = 6
WEEK: Final = timedelta(days=7)
# How far from the same time of its day a reading may lie.
TOLERANCE: Final = timedelta(minutes=15)
# What a week counts beside the one after it.
_WEEK_WEIGHT: Final = 0.85
# After so long half of what sets today apart is gone.
_HALF_LIFE: Final = timedelta(hours=8)
# The latest reading says something about today only if it is of today.
_LATEST_WITHIN: Final = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Observation:
    """Which share of the bays was occupied at an instant, 0 to 1."""

    at: datetime
    share: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The share that is expected, and from how many weeks it was worked out."""

    share: float
    weeks: int


def windows(target: datetime, latest_at: datetime | None) -> list[tuple[datetime, datetime]]:
    """The spans of the past that a forecast for an instant reads: from and to, both included."""
    around = [target, *([latest_at] if latest_at is not None else [])]
    return [
        (instant - week * WEEK - TOLERANCE, instant - week * WEEK + TOLERANCE)
        for instant in around
        for week in range(1, WEEKS + 1)
    ]


def forecast(
    history: Sequence[Observation], *, known_until: datetime, target: datetime
) -> Forecast | None:
    """What the readings known by an instant say of a later one; None where they say nothing of that time of the week.

    `history` rises by instant and may hold more than was known then; what came later is left aside.
    """
    known = history[: bisect_right(history, known_until, key=lambda observation: observation.at)]
    expected = _seasonal(known, target)
    if expected is None:
        return None
    share = expected.share
    if known and known_until - known[-1].at <= _LATEST_WITHIN:
        usual = _seasonal(known[:-1], known[-1].at)
        if usual is not None:
            fading = 0.5 ** ((target - known[-1].at) / _HALF_LIFE)
            share += (known[-1].share - usual.share) * fading
    return Forecast(min(1.0, max(0.0, share)), expected.weeks)


def naive_forecast(history: Sequence[Observation], target: datetime) -> Observation | None:
    """The reading nearest to the same instant a week earlier, at most a quarter of an hour off."""
    return nearest(history, target - WEEK)


def nearest(history: Sequence[Observation], instant: datetime) -> Observation | None:
    """The observation closest to an instant, the earlier of two; None where none is near."""
    place = bisect_left(history, instant, key=lambda observation: observation.at)
    near = [
        observation
        for observation in history[max(0, place - 1) : place + 1]
        if abs(observation.at - instant) <= TOLERANCE
    ]
    return min(near, key=lambda observation: abs(observation.at - instant), default=None)


def _seasonal(known: Sequence[Observation], instant: datetime) -> Forecast | None:
    """The weighted share at the same time of the weekday in the last weeks."""
    total = weights = 0.0
    weeks = 0
    for week in range(1, WEEKS + 1):
        observation = nearest(known, instant - week * WEEK)
        if observation is not None:
            weight = _WEEK_WEIGHT ** (week - 1)
            total += weight * observation.share
            weights += weight
            weeks += 1
    return Forecast(total / weights, weeks) if weeks else None
