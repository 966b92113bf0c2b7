"""The message that wakes a Celery worker for the outbox; it may be lost, because beat sweeps regularly."""

import logging
import threading
import time

from celery import current_app
from kombu.exceptions import ChannelError

TASK, QUEUE = "kernel.deliver_events", "wakeups"
# One message wakes a worker that delivers everything; a few more may wait for the other workers.
MAX_QUEUED = 4
_MIN_INTERVAL_SECONDS, _PAUSE_SECONDS = 0.5, 30.0

logger = logging.getLogger("district.outbox")
_lock = threading.Lock()
_paused_until = 0.0
_timer: threading.Timer | None = None


def wake_worker() -> None:
    """Ask for a delivery: at once, or half a second after this process asked last; never in vain.

    A queue nobody empties gets no more messages, and a broker that does not answer is left alone for
    half a minute: the event itself is safe in its table.
    """
    global _paused_until, _timer  # noqa: PLW0603 - the thinning is per process by design
    with _lock:
        moment = time.monotonic()
        rest = _paused_until - moment
        if rest > 0:
            # Without it what comes last in a burst would wait for the next sweep. A fork leaves no timer alive.
            is_asked = _timer is not None and _timer.is_alive()
            if not is_asked and rest <= _MIN_INTERVAL_SECONDS:
                _timer = threading.Timer(rest, _wake_late)
                _timer.daemon = True
                _timer.start()
            return
        _paused_until = moment + _MIN_INTERVAL_SECONDS
    _send()


def _wake_late() -> None:
    global _paused_until, _timer  # noqa: PLW0603
    with _lock:
        # First: who commits from here on may be too late for this message.
        _timer = None
        _paused_until = time.monotonic() + _MIN_INTERVAL_SECONDS
    _send()


def _send() -> None:
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


def _pause() -> None:
    global _paused_until  # noqa: PLW0603
    with _lock:
        _paused_until = time.monotonic() + _PAUSE_SECONDS
