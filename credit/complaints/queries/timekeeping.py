"""What instants of cases are reckoned with: the calendar of the district and the terms in force."""

from credit.complaints.machine.clocks import Timekeeping
from credit.complaints.machine.policy import DEFAULT_POLICY, ClockPolicy
from credit.complaints.machine.working_days import TabledCalendar
from credit.complaints.queries.policies import announced_policies
from district.calendar import workdays

_DEFAULT = ClockPolicy.of(DEFAULT_POLICY)
# The calendar that was read last, and what it came to: the digest over all its days takes a millisecond.
_tabled: tuple[workdays.Calendar, TabledCalendar] | None = None


def timekeeping(*, fresh: bool = False) -> Timekeeping:
    """The calendar as this process remembers it (`fresh` reads it), and the policies as they are."""
    return Timekeeping(_policies(), tabled_calendar(fresh=fresh))


def tabled_calendar(*, fresh: bool = False) -> TabledCalendar:
    """The calendar's days as values."""
    global _tabled  # noqa: PLW0603 - a memo of one entry
    calendar = workdays.current_calendar(fresh=fresh)
    known = _tabled
    if known is None or known[0] is not calendar:
        named = ((day, works) for day, (works, _name) in calendar.days.items())
        known = _tabled = (calendar, TabledCalendar.of(named, calendar.years))
    return known[1]


def _policies() -> tuple[ClockPolicy, ...]:
    rows = announced_policies().values_list("document", flat=True)
    return (_DEFAULT, *(ClockPolicy.of(document) for document in rows))
