"""Pure arithmetic: how many points a payment is worth, and until when."""

import calendar
from datetime import date, datetime

from district.kernel.clock import business_day, start_of_day


def points_for(paid_fen: int, *, earn_points: int, earn_per_fen: int) -> int:
    """floor(paid × points ÷ unit): parts of a point are never granted, and never rounded up."""
    return paid_fen * earn_points // earn_per_fen


def expiry_of(at: datetime, *, months: int) -> datetime:
    """The exclusive end: the start of the Shanghai day `months` calendar months after `at`'s day.

    A day the month lacks becomes its last one (31 January and one month: 28 or 29 February).
    """
    day = business_day(at)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start_of_day(date(year, month + 1, min(day.day, last)))
