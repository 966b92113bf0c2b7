"""The transactional outbox: emit() a fact, subscribe() to it, deliver what waits."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from district.kernel import clock
from district.kernel.models import OutboxRow

Handler = Callable[[dict[str, Any]], None]
logger = logging.getLogger("district.outbox")

MAX_ATTEMPTS = 8
_BATCH = 100
_BELL_GAP = 1.0

_handlers: dict[str, dict[str, Handler]] = defaultdict(dict)
_last_bell = 0.0


def emit(event: Any) -> None:
    """Record a fact (a frozen dataclass) in the caller's transaction; it is told only if that commits."""
    OutboxRow.objects.create(name=type(event).__name__, payload=asdict(event))
    ring_after_commit()


def subscribe(event: type | str, handler: Handler, *, name: str = "") -> None:
    """Call the handler with the event's payload, at least once; so it must bear repetition."""
    event_name = event if isinstance(event, str) else event.__name__
    _handlers[event_name][name or f"{handler.__module__}.{handler.__qualname__}"] = handler


def unsubscribe(event: type | str, handler_name: str) -> None:
    event_name = event if isinstance(event, str) else event.__name__
    _handlers[event_name].pop(handler_name, None)


def ring_after_commit() -> None:
    """Wake a worker once this transaction is through; at most once a second for each process.

    A bell that is skipped or lost delays an event until the next sweep of beat, no longer.
    """
    transaction.on_commit(_ring)


def _ring() -> None:
    global _last_bell  # noqa: PLW0603 - the thinning is per process by design
    if not any(_handlers.values()):
        return
    moment = time.monotonic()
    if moment - _last_bell < _BELL_GAP:
        return
    _last_bell = moment
    from district.kernel.tasks import deliver_events  # noqa: PLC0415 - tasks imports this module

    try:
        deliver_events.delay()
    except Exception:  # the fact is safe in the table; only the wake-up was lost
        logger.warning("bell lost", exc_info=True)


def deliver_due(limit: int = _BATCH) -> int:
    """Deliver waiting events, the oldest first, one transaction each; how many were taken up.

    Workers side by side skip each other's rows. An event whose handler fails waits longer each
    time and after MAX_ATTEMPTS is set aside, visible in the admin and replayable, while others pass.
    """
    if skipped := _deliver_unheard(limit):
        return skipped
    taken = 0
    while taken < limit and _deliver_next():
        taken += 1
    return taken


def _deliver_unheard(limit: int) -> int:
    """Mark what nobody listens to as told, many rows in one statement."""
    heard = [name for name, handlers in _handlers.items() if handlers]
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_outboxrow set delivered_at = clock_timestamp() where id in ("
            " select id from kernel_outboxrow where delivered_at is null and set_aside_at is null"
            " and name <> all(%s) order by id limit %s for update skip locked)",
            [heard, limit * 50],
        )
        return int(cursor.rowcount)


@transaction.atomic
def _deliver_next() -> bool:
    waiting = OutboxRow.objects.select_for_update(skip_locked=True).filter(
        Q(next_attempt_at__lte=clock.real_now()), delivered_at=None, set_aside_at=None
    )
    row = waiting.order_by("pk").first()
    if row is None:
        return False
    failure = _tell(row)
    if failure is None:
        row.delivered_at = clock.real_now()
    else:
        _postpone(row, failure)
    row.save()
    return True


def _tell(row: OutboxRow) -> Exception | None:
    """Run the handlers that have not heard this row yet; the first failure, if any."""
    failure = None
    for name, handle in _handlers[row.name].items():
        if name in row.done:
            continue
        try:
            with transaction.atomic():
                handle(row.payload)
        except Exception as error:  # a handler's bug must not stop the others
            logger.exception("handler failed", extra={"event": row.pk, "handler": name})
            failure = error
        else:
            row.done.append(name)
    return failure


def _postpone(row: OutboxRow, failure: Exception) -> None:
    row.attempts += 1
    # The class alone: messages of foreign exceptions may carry personal data.
    row.last_error = type(failure).__name__
    if row.attempts >= MAX_ATTEMPTS:
        row.set_aside_at = clock.real_now()
        logger.error("event set aside", extra={"event": row.pk, "event_name": row.name})
    else:
        row.next_attempt_at = clock.real_now() + timedelta(seconds=2**row.attempts)


def replay(rows: Any) -> int:
    """Put events that were set aside back in the queue; how many."""
    changed: int = rows.exclude(set_aside_at=None).update(
        set_aside_at=None, attempts=0, next_attempt_at=clock.real_now()
    )
    return changed
