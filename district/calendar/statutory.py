"""What the law says of holidays and make-up workdays, as far as this version of the code knows."""

from datetime import date
from functools import cache
from typing import Final, NamedTuple

import chinese_calendar

MAKE_UP: Final = "调休上班"
# The package leaves the last character away.
_SHORT: Final = frozenset({"清明", "端午", "中秋"})


class NamedDay(NamedTuple):
    """A day the government's arrangement names."""

    is_workday: bool
    name: str


@cache
def named_days() -> dict[date, NamedDay]:
    """Every holiday (those on a weekend included) and every make-up workday, by date."""
    holidays = {
        day: NamedDay(is_workday=False, name=_chinese(holiday))
        for day, holiday in chinese_calendar.holidays.items()
    }
    make_up = {day: NamedDay(is_workday=True, name=MAKE_UP) for day in chinese_calendar.workdays}
    return dict(sorted((holidays | make_up).items()))


def _chinese(holiday: str) -> str:
    name: str = chinese_calendar.Holiday(holiday).chinese
    return f"{name}节" if name in _SHORT else name
