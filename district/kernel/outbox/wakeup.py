"""The message that wakes a Celery worker for the outbox; it may be lost, because beat sweeps regularly."""

import logging
import threading
import time

from celery import current_app
from kombu.exceptions import ChannelError

TASK, QUEUE = "kernel.deliver_events", "wakeups"
# One message wakes a worker that delivers everything; a few more may wait for the other workers.
MAX_QUEUED = 4
_MIN_INTERVAL_SECONDS, _PAUSE_SECONDS = 1.0, 30.0

logger = logging.getLogger("district.outbox")
_lock = threading.Lock()
_paused_until = 0.0


def wake_worker() -> None:
    """Ask for a delivery, at most once a second for each process, and never in vain.

    A queue nobody empties gets no more messages, and a broker that does not answer is left alone for
    half a minute: the event itself is safe in its table.
    """
    if not _is_due():
        return
    try:
        if queue_length(QUEUE) < MAX_QUEUED:
            current_app.send_task(TASK, queue=QUEUE)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the act is done
        _pause()
        logger.warning("wake-up lost", extra={"error": type(error).__name__})


def queue_length(queue: str) -> int:
    """How many messages wait in a queue of the broker, whichever it is."""
    with current_app.connection_or_acquire() as connection:
        try:
            return int(connection.default_channel.queue_declare(queue, passive=True).message_count)
        except ChannelError:
            return 0  # nobody has used it yet


def _is_due() -> bool:
    global _paused_until  # noqa: PLW0603 - the thinning is per process by design
    with _lock:
        moment = time.monotonic()
        if moment < _paused_until:
            return False
        _paused_until = moment + _MIN_INTERVAL_SECONDS
        return True


def _pause() -> None:
    global _paused_until  # noqa: PLW0603
    with _lock:
        _paused_until = time.monotonic() + _PAUSE_SECONDS
