"""Where a term ends: working days, natural days and hours, by a calendar that is passed in.

Counting begins on the day after the trigger. A term of days ends at 24:00 Asia/Shanghai of its last
day, so `due_at` is the midnight after: what happens at `due_at` is late. A term of natural days whose
last day is a day off goes on to the next working day. Hours run through nights and holidays.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
NOTHING = timedelta(0)
_SATURDAY = 5
# Holidays whose date is fixed by the statute: all that is known of a year before the State Council speaks.
_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})


class WorkdayCalendar(Protocol):
    """Which days people work on. It answers for every day, for those of unpublished years provisionally."""

    @property
    def version(self) -> str:
        """Another one whenever an answer may be another one."""

    def is_workday(self, day: date) -> bool:
        """Make-up workdays included."""

    def is_provisional(self, day: date) -> bool:
        """Whether no official arrangement of the day's year is known."""


@dataclass(frozen=True)
class TabledCalendar:
    """A calendar as values: the named days and the years they are known for.

    `TabledCalendar.of` takes what `district.calendar` keeps: the rows (day, is_workday) and the years of
    the law. A day without a row follows the week; in a year that is not known the holidays of fixed date
    are off, too.
    """

    days: Mapping[date, bool]
    years: frozenset[int]
    version: str

    @classmethod
    def of(cls, days: Iterable[tuple[date, bool]], years: Iterable[int]) -> Self:
        named, known = dict(sorted(days)), frozenset(years)
        lines = [f"{day.isoformat()},{int(works)}\n" for day, works in named.items()]
        lines += [f"{year}\n" for year in sorted(known)]
        return cls(named, known, hashlib.sha256("".join(lines).encode()).hexdigest()[:12])

    def is_workday(self, day: date) -> bool:
        named = self.days.get(day)
        if named is not None:
            return named
        off = day.year not in self.years and (day.month, day.day) in _FIXED_HOLIDAYS
        return day.weekday() < _SATURDAY and not off

    def is_provisional(self, day: date) -> bool:
        return day.year not in self.years


class TermUnit(StrEnum):
    WORKING_DAYS = "working_days"
    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class ClockTerm:
    """A length of time, such as 5 working days."""

    amount: int
    unit: TermUnit

    def as_document(self) -> dict[str, Any]:
        return {"amount": self.amount, "unit": self.unit.value}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        return cls(document["amount"], TermUnit(document["unit"]))


@dataclass(frozen=True, slots=True)
class TermEnd:
    """`nominal_day` is the last day before it goes on to a working day; `due_at` is the end, exclusive."""

    nominal_day: date
    last_day: date
    due_at: datetime
    is_provisional: bool


def term_end(trigger: datetime, term: ClockTerm, calendar: WorkdayCalendar) -> TermEnd:
    """Where a term ends that an instant sets going. Never raises for a year nobody has published."""
    if term.unit is TermUnit.HOURS:
        due_at = trigger.astimezone(SHANGHAI) + timedelta(hours=term.amount)
        return TermEnd(due_at.date(), due_at.date(), due_at, is_provisional=False)
    nominal = last = shanghai_day(trigger)
    if term.unit is TermUnit.DAYS:
        nominal = last + timedelta(days=term.amount)
        last = next_workday(nominal, calendar)
    else:
        for _ in range(term.amount):
            last = next_workday(last + DAY, calendar)
        nominal = last
    return TermEnd(nominal, last, midnight(last + DAY), calendar.is_provisional(last))


def day_end(day: date, calendar: WorkdayCalendar) -> TermEnd:
    """The end of a day that people agreed on, working day or not."""
    return TermEnd(day, day, midnight(day + DAY), calendar.is_provisional(day))


def moved_by(
    due_at: datetime, unit: TermUnit, paused: tuple[datetime, datetime], calendar: WorkdayCalendar
) -> datetime:
    """The new end of a term that stood still from one instant to another.

    It moves by exactly what it missed: working time for working days (24 hours of each), else time. An end
    in natural days that comes to lie on a day off goes on to the end of the next working day.
    """
    start, end = paused
    if unit is TermUnit.WORKING_DAYS:
        return advance(due_at, working_time(start, end, calendar), calendar)
    moved = due_at.astimezone(SHANGHAI) + (end - start)
    if unit is TermUnit.HOURS:
        return moved
    last = shanghai_day(moved - timedelta(microseconds=1))
    return moved if calendar.is_workday(last) else midnight(next_workday(last, calendar) + DAY)


def working_time(start: datetime, end: datetime, calendar: WorkdayCalendar) -> timedelta:
    """How much of a stretch lies on working days."""
    total, day = NOTHING, shanghai_day(start)
    while midnight(day) < end:
        if calendar.is_workday(day):
            total += min(end, midnight(day + DAY)) - max(start, midnight(day))
        day += DAY
    return total


def advance(at: datetime, amount: timedelta, calendar: WorkdayCalendar) -> datetime:
    """The instant by which so much working time has passed."""
    at = at.astimezone(SHANGHAI)
    while amount > NOTHING:
        day = at.date()
        rest = midnight(day + DAY) - at
        if not calendar.is_workday(day):
            at += rest
        elif amount <= rest:
            return at + amount
        else:
            at, amount = at + rest, amount - rest
    return at


def next_workday(day: date, calendar: WorkdayCalendar) -> date:
    """The day itself, if people work on it."""
    while not calendar.is_workday(day):
        day += DAY
    return day


def shanghai_day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """00:00 of a Shanghai day."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
