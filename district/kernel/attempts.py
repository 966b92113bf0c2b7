"""Claiming work that is tried until it succeeds, and setting aside what never does.

Events, notices and jobs share it. The attempt is counted before it is made: work that takes its worker
down with it (no memory, kill -9) would otherwise never be seen to fail, and stand first for ever.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from itertools import takewhile
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from district.kernel import clock
from district.kernel.models.attempts import RetriedWork

logger = logging.getLogger("district.attempts")

MAX_ATTEMPTS = 8
# Longer than a call to another system with its own repetitions takes, so that no second worker makes it beside.
CALL_LEASE = timedelta(seconds=90)

W = TypeVar("W", bound=RetriedWork)


def backoff(attempts: int) -> timedelta:
    """Twice as long after each attempt: two seconds to four minutes."""
    return timedelta(seconds=2**attempts)


def claim_next(
    waiting: QuerySet[W],
    *,
    order: tuple[str, ...] = ("pk",),
    delay: Callable[[int], timedelta] = backoff,
    max_attempts: int = MAX_ATTEMPTS,
) -> W | None:
    """The first row that is due, see `claim_some`; None when nothing is."""
    rows = claim_some(waiting, limit=1, order=order, delay=delay, max_attempts=max_attempts)
    return rows[0] if rows else None


@transaction.atomic
def claim_some(
    waiting: QuerySet[W],
    *,
    limit: int,
    order: tuple[str, ...] = ("pk",),
    delay: Callable[[int], timedelta] = backoff,
    max_attempts: int = MAX_ATTEMPTS,
) -> list[W]:
    """The first rows that are due, kept from others for `delay`; none when nothing is.

    Rows of a first attempt come together. A row that was attempted before comes alone: had it taken its worker
    down, the rows beside it would be counted down with it. Workers beside each other skip each other's rows.
    A row that had `max_attempts` comes back set aside: nobody works on it before a person replays it.
    """
    now = clock.real_now()
    due = waiting.filter(set_aside_at=None, next_attempt_at__lte=now).order_by(*order)
    rows = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:limit])
    claimed = list(takewhile(lambda row: row.attempts == 0, rows)) or rows[:1]
    for row in claimed:
        row.attempts += 1
        row.next_attempt_at = now + delay(row.attempts)
    if claimed and claimed[0].attempts > max_attempts:
        mark_set_aside(claimed[0])
        claimed[0].save(update_fields=["last_error", "set_aside_at"])
    if claimed:
        waiting.model._default_manager.filter(pk__in=[row.pk for row in claimed]).update(
            attempts=claimed[0].attempts, next_attempt_at=claimed[0].next_attempt_at
        )
    return claimed


def work_off(
    waiting: QuerySet[W], attempt: Callable[[W], None], *, limit: int = 100, chunk: int = 1
) -> int:
    """Claim rows, `chunk` at once, and attempt each, the oldest first; how many were taken up.

    Behind a row that takes long the others of its chunk wait until the first back-off is over: two seconds.
    `attempt` is a transaction of its own, which asks under the row's lock whether the row still waits: a slow
    worker's rows are claimed by another one. It marks the row as done, or records the failure. Rows that fail
    wait ever longer and are set aside in the end, while others pass.
    """
    count = 0
    while count < limit and (rows := claim_some(waiting, limit=min(chunk, limit - count))):
        for row in rows:
            if row.set_aside_at is None:
                attempt(row)
        count += len(rows)
    return count


def make_calls(
    waiting: QuerySet[W], call: Callable[[W], object], *, max_attempts: int, limit: int = 100
) -> int:
    """Claim rows one by one, the longest waiting first, and make the call of each; how many calls.

    `call` runs outside of any transaction and records what came of it. What a worker never came back from is
    set aside after `max_attempts`.
    """
    count = 0
    for _ in range(limit):
        row = claim_next(
            waiting,
            order=("next_attempt_at", "pk"),
            delay=lambda _attempts: CALL_LEASE,
            max_attempts=max_attempts,
        )
        if row is None:
            break
        if row.set_aside_at is not None:
            continue
        count += 1
        try:
            call(row)
        except Exception:
            # A bug that one row meets must not stop the others; its attempt is counted.
            logger.exception("call broke off", extra={"table": row._meta.db_table, "row": row.pk})
    return count


def record_failure(row: RetriedWork, error: Exception, *, max_attempts: int = MAX_ATTEMPTS) -> None:
    """Note an attempt that failed, and that it was the last; the caller saves the row."""
    # The class alone: messages of foreign exceptions may carry personal data.
    row.last_error = type(error).__name__
    if row.attempts >= max_attempts:
        mark_set_aside(row)


def begin_anew(row: RetriedWork, *, after: timedelta = timedelta()) -> list[str]:
    """The row's next call is another one, or the last one succeeded; the fields that changed, for the caller to save."""
    row.attempts, row.last_error, row.set_aside_at = 0, "", None
    row.next_attempt_at = clock.real_now() + after
    return ["attempts", "last_error", "set_aside_at", "next_attempt_at"]


def mark_set_aside(row: RetriedWork) -> None:
    """Leave the row to a person; the caller saves it."""
    row.set_aside_at = clock.real_now()
    row.last_error = row.last_error or "WorkerDied"
    logger.error("set aside", extra={"table": row._meta.db_table, "row": row.pk})


def replay(rows: QuerySet[W]) -> int:
    """Put rows that were set aside back in the queue; how many."""
    return rows.exclude(set_aside_at=None).update(
        set_aside_at=None, attempts=0, next_attempt_at=clock.real_now()
    )
