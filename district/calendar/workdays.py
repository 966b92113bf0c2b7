"""Whether people work on a day: holidays and make-up workdays, and else the plain week."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection

from district.kernel.database.process_cache import ProcessCache

MAX_AGE_SECONDS: Final = 60.0
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """What the table said when it was read: the named days, and the years the law is known for."""

    days: dict[date, tuple[bool, str]]
    years: frozenset[int]


# The whole table is one entry.
_calendars = ProcessCache[None, Calendar](max_entries=10, max_age_seconds=MAX_AGE_SECONDS)


def is_workday(day: date, *, fresh: bool = False) -> bool:
    """Whether a Shanghai day is a workday, make-up workdays included.

    Asked at tills, so this process answers from memory and may be a minute behind an edit made in
    another one; its own edits it knows when they are committed. `fresh` reads the table.
    """
    named = _calendar(fresh=fresh).days.get(_plain(day))
    return named[0] if named else day.weekday() < _SATURDAY


def day_name(day: date, *, fresh: bool = False) -> str:
    """What the calendar calls a day, such as 国庆节 or 调休上班; empty for a day like any other."""
    named = _calendar(fresh=fresh).days.get(_plain(day))
    return named[1] if named else ""


def is_provisional(day: date, *, fresh: bool = False) -> bool:
    """Whether no official calendar is known for the day's year, so that what is said may change."""
    return _plain(day).year not in _calendar(fresh=fresh).years


def forget(using: str = "default") -> None:
    """Read the table again at the next question."""
    _calendars.forget(None, using=using)


def _plain(day: date) -> date:
    # An instant is a date to Python, but never equal to one: it would silently miss every holiday.
    if isinstance(day, datetime):
        raise TypeError("a day, not an instant: see clock.business_day")
    return day


def _calendar(*, fresh: bool) -> Calendar:
    cached = None if fresh else _calendars.get(None)
    if cached is None:
        cached = _read()
        _calendars.store(None, cached)
    return cached


def _read() -> Calendar:
    with connection.cursor() as cursor:
        cursor.execute("select day, is_workday, name, source from calendar_calendarday")
        rows = cursor.fetchall()
    return Calendar(
        days={day: (works, name) for day, works, name, _source in rows},
        years=frozenset(day.year for day, _works, _name, source in rows if source == "law"),
    )
