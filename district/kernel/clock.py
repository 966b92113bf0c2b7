"""Domain time: now, the district's day, and how instants are written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
REPLAY_HEADER = "X-Replay-Instant"  # heard in replay mode only, see http/replay_clock.py

_YEARS = range(2000, 2200)
# .NET writes seven decimals; what is finer than a microsecond is dropped.
_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)

_moved: ContextVar[datetime | None] = ContextVar("district_clock", default=None)


def now() -> datetime:
    """Domain time: what expiry, validity and limits of the business see."""
    return _moved.get() or timezone.now()


def real_now() -> datetime:
    """Real time: for sessions, keys, throttles and signature windows, never moved by a replay."""
    return timezone.now()


def business_day(at: datetime) -> date:
    """The Shanghai calendar day an instant belongs to."""
    return at.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """The instant a Shanghai day begins."""
    return datetime.combine(day, time.min, SHANGHAI)


def start_of_next_day(at: datetime) -> datetime:
    return start_of_day(business_day(at) + timedelta(days=1))


@contextmanager
def travel_to(at: datetime) -> Iterator[None]:
    """Move domain time for the current thread while the block runs."""
    token = _moved.set(at)
    try:
        yield
    finally:
        _moved.reset(token)


def instant(text: str) -> datetime | None:
    """The instant an RFC 3339 text with an offset means, in Shanghai time; None for anything else.

    Years outside 2000 to 2199 are refused, so that adding a lifetime never leaves the calendar.
    """
    if not _RFC3339.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text.upper().replace("Z", "+00:00")).astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        return None
    return at if at.year in _YEARS else None
