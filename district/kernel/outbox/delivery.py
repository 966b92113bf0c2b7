"""The transactional outbox, the far side: deliver what waits, set aside what cannot be delivered."""

import logging
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from district.kernel import clock
from district.kernel.models import OutboxRow
from district.kernel.outbox.events import events_with_consumers, handlers_of

logger = logging.getLogger("district.outbox")

MAX_ATTEMPTS = 8
_BATCH = 100
_UNSUBSCRIBED_BATCH = 5_000


def deliver_due(limit: int = _BATCH) -> int:
    """Deliver waiting events, the oldest first, one transaction each; how many were taken up.

    Workers side by side skip each other's rows. An event whose handler fails waits longer each
    time and after MAX_ATTEMPTS is set aside, visible in the admin and replayable, while others pass.
    """
    if passed := _mark_unsubscribed_delivered():
        return passed
    count = 0
    while count < limit and (row := _claim_next()):
        _deliver(row)
        count += 1
    return count


def replay(rows: QuerySet[OutboxRow]) -> int:
    """Put events that were set aside back in the queue; how many. Handlers that completed one are not called again."""
    return rows.exclude(set_aside_at=None).update(
        set_aside_at=None, attempts=0, next_attempt_at=clock.real_now()
    )


def _mark_unsubscribed_delivered() -> int:
    """Mark what nobody listens to as delivered, many rows in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_outboxrow set delivered_at = clock_timestamp() where id in ("
            " select id from kernel_outboxrow where delivered_at is null and set_aside_at is null"
            " and name <> all(%s) order by id limit %s for update skip locked)",
            [events_with_consumers(), _UNSUBSCRIBED_BATCH],
        )
        return int(cursor.rowcount)


@transaction.atomic
def _claim_next() -> int | None:
    """The oldest due row, with the attempt counted before it is made.

    A handler that takes its worker down with it (no memory, kill -9) would otherwise never be seen
    to fail, and stand first in the queue for ever.
    """
    now = clock.real_now()
    due = OutboxRow.objects.filter(delivered_at=None, set_aside_at=None, next_attempt_at__lte=now)
    row = due.select_for_update(skip_locked=True, no_key=True).order_by("pk").first()
    if row is None:
        return None
    row.attempts += 1
    if row.attempts > MAX_ATTEMPTS:
        _set_aside(row)
    row.next_attempt_at = now + timedelta(seconds=2**row.attempts)
    row.save(update_fields=["attempts", "next_attempt_at", "last_error", "set_aside_at"])
    return row.pk


@transaction.atomic
def _deliver(pk: int) -> None:
    waiting = OutboxRow.objects.filter(pk=pk, delivered_at=None, set_aside_at=None)
    # Not skipped when locked: another worker that looks for work holds our row for a blink.
    row = waiting.select_for_update(no_key=True).first()
    if row is None:
        return
    failure = _run_handlers(row)
    if failure is None:
        row.delivered_at = clock.real_now()
    else:
        # The class alone: messages of foreign exceptions may carry personal data.
        row.last_error = type(failure).__name__
        if row.attempts >= MAX_ATTEMPTS:
            _set_aside(row)
    row.save(update_fields=["completed_handlers", "delivered_at", "last_error", "set_aside_at"])


def _run_handlers(row: OutboxRow) -> Exception | None:
    """Run the handlers that have not completed this row yet; the first failure, if any."""
    failure = None
    for name, handle in handlers_of(row.name).items():
        if name in row.completed_handlers:
            continue
        try:
            with transaction.atomic():
                handle(row.payload)
        except Exception as error:
            # A handler's bug must not stop the others.
            logger.exception("handler failed", extra={"event": row.pk, "handler": name})
            failure = failure or error
        else:
            row.completed_handlers.append(name)
    return failure


def _set_aside(row: OutboxRow) -> None:
    row.set_aside_at = clock.real_now()
    row.last_error = row.last_error or "WorkerDied"
    logger.error("event set aside", extra={"event": row.pk, "event_name": row.name})
