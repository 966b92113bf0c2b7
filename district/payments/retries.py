"""When a call that failed is made again, and when it is left to a person.

Much more patient than events are: a channel may be down for hours, and money must not wait for a person then.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet

from district.kernel import attempts, clock
from district.kernel.models.attempts import RetriedWork
from district.payments.channels.base import ChannelError, ChannelRefused, ContradictingAnswer
from district.payments.errors import ChannelNotOffered

# Fifteen times within a day, as WeChat Pay repeats its notices.
_DELAYS_MINUTES = (0.25, 0.5, 1, 3, 10, 20, 30, 30, 30, 60, 180, 180, 180, 360, 360)
MAX_ATTEMPTS = len(_DELAYS_MINUTES)
# Who is refused learns little by asking on.
MAX_REFUSALS = 3
# Calls that one run of a task makes at most.
BATCH = 100

W = TypeVar("W", bound=RetriedWork)


def work_off(waiting: QuerySet[W], call: Callable[[W], Any], *, limit: int = BATCH) -> int:
    """Make the calls of rows that are due, the longest waiting first; how many."""
    return attempts.make_calls(waiting, call, max_attempts=MAX_ATTEMPTS, limit=limit)


def note_failure(row: RetriedWork, error: ChannelError | ChannelNotOffered) -> list[str]:
    """Note a call that failed; the fields that changed, for the caller, who holds the row's lock, to save."""
    is_refusal = isinstance(error, ChannelRefused | ContradictingAnswer)
    attempts.record_failure(row, error, max_attempts=MAX_REFUSALS if is_refusal else MAX_ATTEMPTS)
    row.last_error = error.code or row.last_error
    minutes = _DELAYS_MINUTES[min(max(row.attempts, 1), MAX_ATTEMPTS) - 1]
    row.next_attempt_at = clock.real_now()
    if row.set_aside_at is None:
        row.next_attempt_at += timedelta(minutes=minutes)
    return ["last_error", "set_aside_at", "next_attempt_at"]
