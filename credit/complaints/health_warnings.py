"""What /readyz says of complaints: a person should look, while requests are served."""

from datetime import date

from credit.complaints.models import CaseFile
from credit.complaints.queries.timekeeping import tabled_calendar
from district.kernel import clock

# The State Council usually names next year's holidays in November.
_EXPECTED_FROM_MONTH = 10


def calendar_warning() -> str:
    """From October on, when next year's holidays are not known: terms that reach into it are provisional."""
    today = clock.business_day(clock.now())
    if today.month < _EXPECTED_FROM_MONTH:
        return ""
    if not tabled_calendar().is_provisional(date(today.year + 1, 1, 1)):
        return ""
    return (
        f"the workdays of {today.year + 1} are not known; due dates of complaints are provisional"
    )


def stuck_cases_warning() -> str:
    """Cases on which the timers failed until they were set aside."""
    count = CaseFile.objects.exclude(set_aside_at=None).count()
    return f"the clocks of {count} cases stand still; see the admin" if count else ""
