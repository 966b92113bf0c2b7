"""Windows of reservations: on the grid of quarters, within the terms of a car park. Knows no database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

SLOT = timedelta(minutes=15)
_SLOT_SECONDS = 900
# Slots are made so far ahead: the most days that a policy allows, and a window after them.
DAYS_MADE_AHEAD = 31


class WindowProblem(ValueError):
    """`reason` is `order`, `grid`, `past`, `long` or `far`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Window:
    """From an instant on until before another one."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def slots(self) -> list[datetime]:
        """When its slots begin."""
        return [self.starts_at + SLOT * number for number in range(self.length // SLOT)]


@dataclass(frozen=True)
class WindowTerms:
    """What a car park says of windows and of what follows from them."""

    early: timedelta
    late: timedelta
    free_cancel: timedelta
    longest: timedelta
    ahead: timedelta


@dataclass(frozen=True)
class Promises:
    """What a reservation promises: free cancelling until, let in from, kept until."""

    free_cancel_until: datetime
    admitted_from: datetime
    late_until: datetime


def slot_of(at: datetime) -> datetime:
    """When the slot of an instant began."""
    return datetime.fromtimestamp(at.timestamp() // _SLOT_SECONDS * _SLOT_SECONDS, at.tzinfo)


def check_window(window: Window, terms: WindowTerms, *, at: datetime) -> None:
    """The window may begin in the slot of now, not before. Raises WindowProblem."""
    if window.ends_at <= window.starts_at:
        raise WindowProblem("order")
    if any(slot_of(instant) != instant for instant in (window.starts_at, window.ends_at)):
        raise WindowProblem("grid")
    if window.starts_at < slot_of(at):
        raise WindowProblem("past")
    if window.length > terms.longest:
        raise WindowProblem("long")
    if window.starts_at > at + terms.ahead:
        raise WindowProblem("far")


def promises(window: Window, terms: WindowTerms, *, at: datetime) -> Promises:
    """A place waits for `late`, at most until its window ends. Who reserves at the last minute cancels for free no more."""
    return Promises(
        free_cancel_until=window.starts_at - terms.free_cancel,
        admitted_from=window.starts_at - terms.early,
        late_until=min(max(window.starts_at, at) + terms.late, window.ends_at),
    )


def nearest_windows(
    wanted: Window, free: Collection[datetime], *, not_before: datetime, limit: int
) -> list[Window]:
    """Windows as long as the wanted one whose slots are all free, the nearest beginning first, earlier before later."""
    slots, length = set(free), wanted.length
    found = [
        Window(start, start + length)
        for start in slots
        if start >= not_before and slots.issuperset(Window(start, start + length).slots())
    ]
    found.sort(key=lambda window: (abs(window.starts_at - wanted.starts_at), window.starts_at))
    return found[:limit]
