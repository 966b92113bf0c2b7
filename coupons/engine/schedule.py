"""When a coupon may be used: hours of weekdays, workdays or holidays, and days on which it may not.

All hours are Asia/Shanghai's, which has had no summer time since 1991. A window that ends at or before
its start goes on past midnight and belongs to the day it began on: Friday 18:00–02:00 covers the first
two hours of Saturday.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY_MINUTES = 24 * 60
EVERY_DAY = frozenset(range(1, 8))
# How far ahead the next opening is looked for: longer than any row of holidays.
HORIZON_DAYS = 400

IsWorkday = Callable[[date], bool]


def whole_second(at: datetime) -> datetime:
    """The beginning of an instant's second: passes and tills give instants in whole seconds."""
    return at.replace(microsecond=0)


class DayKind(StrEnum):
    ANY = "any"
    WORKDAY = "workday"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """Minutes of a day, from `start` inclusive to `end` exclusive, on these ISO weekdays (1 is Monday)."""

    start: int = 0
    end: int = DAY_MINUTES
    weekdays: frozenset[int] = EVERY_DAY
    kind: DayKind = DayKind.ANY

    def applies_on(self, day: date, is_workday: IsWorkday) -> bool:
        if day.isoweekday() not in self.weekdays:
            return False
        return self.kind == DayKind.ANY or is_workday(day) == (self.kind == DayKind.WORKDAY)

    def of_day(self, day: date) -> tuple[datetime, datetime]:
        """Its two instants when it begins on this day."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
        length = (
            self.end - self.start if self.end > self.start else self.end - self.start + DAY_MINUTES
        )
        begin = midnight + timedelta(minutes=self.start)
        return begin, begin + timedelta(minutes=length)

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        return cls(
            start=document.get("start", 0),
            end=document.get("end", DAY_MINUTES),
            weekdays=frozenset(document.get("weekdays", EVERY_DAY)),
            kind=DayKind(document.get("kind", "any")),
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """Windows, any of which is enough; none means always. `never` are stretches of whole days, both
    ends included, and win over every window, by the date on which the coupon is shown."""

    windows: tuple[TimeWindow, ...] = ()
    never: tuple[tuple[date, date], ...] = field(default=())

    def is_never(self, at: datetime) -> bool:
        day = at.astimezone(SHANGHAI).date()
        return any(first <= day <= last for first, last in self.never)

    def open_at(self, at: datetime, is_workday: IsWorkday) -> bool:
        if self.is_never(at):
            return False
        if not self.windows:
            return True
        day = at.astimezone(SHANGHAI).date()
        return any(
            begin <= at < end
            for begun in (day - timedelta(days=1), day)
            for begin, end in self._windows_of(begun, is_workday)
        )

    def opens_after(self, at: datetime, until: datetime, is_workday: IsWorkday) -> datetime | None:
        """The first instant after `at` and before `until` at which a coupon may be used, if any."""
        day = at.astimezone(SHANGHAI).date()
        for ahead in range(-1, HORIZON_DAYS):
            begun = day + timedelta(days=ahead)
            if TimeWindow().of_day(begun)[0] >= until:
                return None
            for opening in sorted(self._openings(begun, is_workday)):
                if at < opening < until and self.open_at(opening, is_workday):
                    return opening
        return None

    def _windows_of(self, day: date, is_workday: IsWorkday) -> Iterator[tuple[datetime, datetime]]:
        for window in self.windows:
            if window.applies_on(day, is_workday):
                yield window.of_day(day)

    def _openings(self, day: date, is_workday: IsWorkday) -> Iterator[datetime]:
        """Where something may begin on this day: a window's start, or midnight after a day of never."""
        yield TimeWindow().of_day(day)[0]
        for begin, _ in self._windows_of(day, is_workday):
            yield begin

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        return cls(
            windows=tuple(TimeWindow.of(window) for window in document.get("windows", ())),
            never=tuple(
                (date.fromisoformat(first), date.fromisoformat(last))
                for first, last in document.get("never", ())
            ),
        )
