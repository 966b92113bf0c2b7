"""What kind of day a day is to those whose prices depend on it."""

from collections.abc import Callable
from datetime import date
from enum import StrEnum


class DayClass(StrEnum):
    """Every day is of exactly one class.

    A major holiday is a row of days off in which National Day or the Spring Festival falls, every
    other named day off is a minor one. A make-up workday is a weekend day on which people work.
    """

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY_MAJOR = "holiday_major"
    HOLIDAY_MINOR = "holiday_minor"
    MAKEUP_WORKDAY = "makeup_workday"


DayClassOf = Callable[[date], DayClass]
