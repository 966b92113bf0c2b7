"""Terms in working days, by the district's calendar."""

from datetime import datetime, timedelta

from district.calendar.workdays import is_workday
from district.kernel import clock

DECISION_DAYS = 10


def working_days_after(at: datetime, days: int) -> datetime:
    """The end of the last of so many working days after the day of `at`: the midnight at which the term is over."""
    day = clock.business_day(at)
    while days:
        day += timedelta(days=1)
        days -= is_workday(day)
    return clock.start_of_day(day + timedelta(days=1))
