"""Claiming work that is tried until it succeeds, and setting aside what never does.

Events, notices and jobs share it. The attempt is counted before it is made: work that takes its worker
down with it (no memory, kill -9) would otherwise never be seen to fail, and stand first for ever.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from district.kernel import clock
from district.kernel.models.attempts import RetriedWork

logger = logging.getLogger("district.attempts")

MAX_ATTEMPTS = 8

W = TypeVar("W", bound=RetriedWork)


def backoff(attempts: int) -> timedelta:
    """Twice as long after each attempt: two seconds to four minutes."""
    return timedelta(seconds=2**attempts)


@transaction.atomic
def claim_next(
    waiting: QuerySet[W],
    *,
    order: tuple[str, ...] = ("pk",),
    delay: Callable[[int], timedelta] = backoff,
    max_attempts: int = MAX_ATTEMPTS,
) -> W | None:
    """The first row that is due, kept from others for `delay`; None when nothing is.

    Workers beside each other skip each other's rows. A row that had `max_attempts` comes back set
    aside: nobody works on it before a person replays it.
    """
    now = clock.real_now()
    due = waiting.filter(set_aside_at=None, next_attempt_at__lte=now)
    row = (
        due.select_for_update(skip_locked=True, no_key=True, of=("self",)).order_by(*order).first()
    )
    if row is None:
        return None
    row.attempts += 1
    if row.attempts > max_attempts:
        mark_set_aside(row)
    row.next_attempt_at = now + delay(row.attempts)
    row.save(update_fields=["attempts", "next_attempt_at", "last_error", "set_aside_at"])
    return row


def work_off(
    waiting: QuerySet[W],
    process: Callable[[W], Exception | None],
    *,
    fields: tuple[str, ...],
    limit: int = 100,
) -> int:
    """Claim rows and process them, the oldest first, one transaction each; how many were taken up.

    `process` marks a row as done in its `fields`, or gives the failure. Rows that fail wait ever longer
    and are set aside in the end, while others pass.
    """
    count = 0
    while count < limit and (row := claim_next(waiting)):
        _attempt(waiting, row.pk, process, fields)
        count += 1
    return count


@transaction.atomic
def _attempt(
    waiting: QuerySet[W],
    pk: int,
    process: Callable[[W], Exception | None],
    fields: tuple[str, ...],
) -> None:
    # Not skipped when locked: another worker that looks for work holds our row for a blink.
    row = waiting.filter(pk=pk, set_aside_at=None).select_for_update(no_key=True).first()
    if row is None:
        return
    failure = process(row)
    if failure is not None:
        record_failure(row, failure)
    row.save(update_fields=[*fields, "last_error", "set_aside_at"])


def record_failure(row: RetriedWork, error: Exception, *, max_attempts: int = MAX_ATTEMPTS) -> None:
    """Note an attempt that failed, and that it was the last; the caller saves the row."""
    # The class alone: messages of foreign exceptions may carry personal data.
    row.last_error = type(error).__name__
    if row.attempts >= max_attempts:
        mark_set_aside(row)


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
