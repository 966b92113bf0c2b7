"""The bell that wakes a Celery worker for the outbox; it may be lost, for beat sweeps behind it."""

import logging
import threading
import time

from celery import current_app
from kombu.exceptions import ChannelError

TASK, QUEUE = "kernel.deliver_events", "bells"
# One ring wakes a worker that drains everything; a few more may wait for the other workers.
MOST_WAITING = 4
_GAP, _SILENCE = 1.0, 30.0

logger = logging.getLogger("district.outbox")
_lock = threading.Lock()
_quiet_until = 0.0


def ring() -> None:
    """Ask for a delivery, at most once a second for each process, and never in vain.

    A queue nobody empties gets no more rings, and a broker that does not answer is left alone for
    half a minute: the fact itself is safe in its table.
    """
    if not _may_ring():
        return
    try:
        if waiting(QUEUE) < MOST_WAITING:
            current_app.send_task(TASK, queue=QUEUE)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the act is done
        _fall_silent()
        logger.warning("bell lost", extra={"error": type(error).__name__})


def waiting(queue: str) -> int:
    """How many messages wait in a queue of the broker, whichever it is."""
    with current_app.connection_or_acquire() as connection:
        try:
            return int(connection.default_channel.queue_declare(queue, passive=True).message_count)
        except ChannelError:
            return 0  # nobody has used it yet


def _may_ring() -> bool:
    global _quiet_until  # noqa: PLW0603 - the thinning is per process by design
    with _lock:
        moment = time.monotonic()
        if moment < _quiet_until:
            return False
        _quiet_until = moment + _GAP
        return True


def _fall_silent() -> None:
    global _quiet_until  # noqa: PLW0603
    with _lock:
        _quiet_until = time.monotonic() + _SILENCE
