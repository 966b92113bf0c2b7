"""The transactional outbox, the far side: deliver what waits, set aside what cannot be delivered."""

import logging

from django.db import connection, transaction

from district.kernel import attempts, clock
from district.kernel.models import OutboxRow
from district.kernel.outbox.events import events_with_consumers, handlers_of

logger = logging.getLogger("district.outbox")

_BATCH = 100
_UNSUBSCRIBED_BATCH = 5_000


def deliver_due(limit: int = _BATCH) -> int:
    """Deliver waiting events, the oldest first, one transaction each; how many were taken up.

    Workers side by side skip each other's rows. An event whose handler fails waits longer each
    time and in the end is set aside, visible in the admin and replayable, while others pass.
    """
    if passed := _mark_unsubscribed_delivered():
        return passed
    return attempts.work_off(OutboxRow.objects.filter(delivered_at=None), _deliver, limit=limit)


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
def _deliver(claimed: OutboxRow) -> None:
    # Not skipped when locked: another worker that looks for work holds our row for a blink.
    waiting = OutboxRow.objects.filter(pk=claimed.pk, delivered_at=None, set_aside_at=None)
    row = waiting.select_for_update(no_key=True).first()
    if row is None:
        return
    failure = _run_handlers(row)
    if failure is None:
        row.delivered_at = clock.real_now()
    else:
        attempts.record_failure(row, failure)
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
