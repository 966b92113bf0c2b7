"""Whether people work on a day: holidays and make-up workdays, and else the plain week."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection

from district.calendar.day_class import DayClass
from district.kernel.database.process_cache import ProcessCache

MAX_AGE_SECONDS: Final = 60.0
_SATURDAY: Final = 5
_ONE_DAY: Final = timedelta(days=1)
# As the law's calendar names them, and as people who enter a day do.
MAJOR_HOLIDAYS: Final = frozenset({"国庆节", "春节"})


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the table said when it was read: the named days, the years the law is known for, and the days
    off of the rows in which a major holiday falls."""

    days: dict[date, tuple[bool, str]]
    years: frozenset[int]
    major: frozenset[date]


# The whole table is one entry.
_calendars = ProcessCache[None, Calendar](max_entries=10, max_age_seconds=MAX_AGE_SECONDS)


def is_workday(day: date, *, fresh: bool = False) -> bool:
    """Whether a Shanghai day is a workday, make-up workdays included.

    Asked at tills, so this process answers from memory and may be a minute behind an edit made in
    another one; its own edits it knows when they are committed. `fresh` reads the table.
    """
    named = current_calendar(fresh=fresh).days.get(_plain(day))
    return named[0] if named else day.weekday() < _SATURDAY


def day_name(day: date, *, fresh: bool = False) -> str:
    """What the calendar calls a day, such as 国庆节 or 调休上班; empty for a day like any other."""
    named = current_calendar(fresh=fresh).days.get(_plain(day))
    return named[1] if named else ""


def is_provisional(day: date, *, fresh: bool = False) -> bool:
    """Whether no official calendar is known for the day's year, so that what is said may change."""
    return _plain(day).year not in current_calendar(fresh=fresh).years


def day_class(day: date, *, fresh: bool = False) -> DayClass:
    """What kind of day it is. A day off of another name is major when it lies in one row with a major
    holiday, as the Mid-Autumn Festival of 2025 did; one that people entered counts like any other.
    """
    calendar, plain = current_calendar(fresh=fresh), _plain(day)
    is_weekend = plain.weekday() >= _SATURDAY
    if (named := calendar.days.get(plain)) is None:
        return DayClass.WEEKEND if is_weekend else DayClass.WORKDAY
    if named[0]:
        return DayClass.MAKEUP_WORKDAY if is_weekend else DayClass.WORKDAY
    return DayClass.HOLIDAY_MAJOR if plain in calendar.major else DayClass.HOLIDAY_MINOR


def forget(using: str = "default") -> None:
    """Read the table again at the next question."""
    _calendars.forget(None, using=using)


def current_calendar(*, fresh: bool = False) -> Calendar:
    """The whole table, for who reckons with many days: the same object until it is read again."""
    cached = None if fresh else _calendars.get(None)
    if cached is None:
        cached = _read()
        _calendars.store(None, cached)
    return cached


def _plain(day: date) -> date:
    # An instant is a date to Python, but never equal to one: it would silently miss every holiday.
    if isinstance(day, datetime):
        raise TypeError("a day, not an instant: see clock.business_day")
    return day


def _read() -> Calendar:
    with connection.cursor() as cursor:
        cursor.execute("select day, is_workday, name, source from calendar_calendarday")
        rows = cursor.fetchall()
    days = {day: (works, name) for day, works, name, _source in rows}
    return Calendar(
        days=days,
        major=_major_days({day: name for day, (works, name) in days.items() if not works}),
        years=frozenset(day.year for day, _works, _name, source in rows if source == "law"),
    )


def _major_days(days_off: dict[date, str]) -> frozenset[date]:
    major: set[date] = set()
    row: list[date] = []
    for day in sorted(days_off):
        if row and day - row[-1] != _ONE_DAY:
            row = []
        row.append(day)
        if day - _ONE_DAY in major or days_off[day] in MAJOR_HOLIDAYS:
            major.update(row)
    return frozenset(major)
