"""Vehicle flow: what an hour of a car park comes to, and what hours come to together. Knows no database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FlowHour:
    """An hour of a car park. `present` is at its end, `peak` the most at once in it.

    A car whose exit or entry no gate read is counted where it was read, and is never present.
    """

    starts_at: datetime
    entries: int = 0
    exits: int = 0
    present: int = 0
    peak: int = 0
    # Of the stays that ended in this hour and whose beginning is known.
    ended_stays: int = 0
    stay_seconds: int = 0
    lost_exits: int = 0
    missing_entries: int = 0

    @property
    def mean_stay_minutes(self) -> int | None:
        return mean_minutes(self.stay_seconds, self.ended_stays)


@dataclass(frozen=True, slots=True)
class FlowTotal:
    """Hours of a car park together; `turnover` is cars that came per bay."""

    entries: int
    exits: int
    present: int
    peak: int
    mean_stay_minutes: int | None
    lost_exits: int
    missing_entries: int
    turnover: float | None


def mean_minutes(seconds: int, stays: int) -> int | None:
    """Rounded half up; None where no stay ended."""
    return (2 * seconds + 60 * stays) // (120 * stays) if stays else None


def hours_between(start: datetime, until: datetime) -> list[datetime]:
    """The hours that begin in a period; its beginning is one."""
    return [start + number * HOUR for number in range(-((start - until) // HOUR))]


def complete_hours(
    counted: Mapping[datetime, Mapping[str, int]], hours: Sequence[datetime], before: int
) -> list[FlowHour]:
    """Every hour, those without a car too; so many cars were present before the first one.

    `net` of an hour is how many more came than left, `highest` the most of that sum within it.
    """
    present, flow = before, []
    for hour in hours:
        counts = dict(counted.get(hour, {}))
        highest = present + max(0, counts.pop("highest", 0))
        present += counts.pop("net", 0)
        flow.append(FlowHour(starts_at=hour, present=present, peak=highest, **counts))
    return flow


def total_of(hours: Iterable[FlowHour], capacity: int) -> FlowTotal:
    """What the hours of a car park with so many bays come to."""
    rows = list(hours)
    entries = sum(row.entries for row in rows)
    return FlowTotal(
        entries=entries,
        exits=sum(row.exits for row in rows),
        present=rows[-1].present if rows else 0,
        peak=max((row.peak for row in rows), default=0),
        mean_stay_minutes=mean_minutes(
            sum(row.stay_seconds for row in rows), sum(row.ended_stays for row in rows)
        ),
        lost_exits=sum(row.lost_exits for row in rows),
        missing_entries=sum(row.missing_entries for row in rows),
        turnover=turnover(entries, capacity),
    )


def turnover(entries: int, capacity: int) -> float | None:
    """Cars that came per bay (周转率); None without bays."""
    return round(entries / capacity, 2) if capacity else None
