"""Celery's part of batches."""

import logging
import time

from celery import current_app, shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from loyalty.receipt_batches import services

TASK = "batches.process"
_PAUSE = 1.0
logger = logging.getLogger("district.batches")


def wake_batch_worker() -> None:
    """Wake a worker for batches. A wake-up that is lost delays them until beat's next sweep.

    In replay mode nobody works behind the server: it is done at once, at the request's instant.
    """
    if settings.REPLAY:
        while services.process_batches():
            pass
        return
    try:
        current_app.send_task(TASK)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the batch is safe
        logger.warning("wake-up lost", extra={"error": type(error).__name__})


@shared_task(name=TASK)
def process() -> None:
    """Work for some seconds, then let other tasks pass and come back."""
    try:
        left = services.process_batches()
    except (InterfaceError, OperationalError) as error:
        logger.warning("batch interrupted", extra={"error": type(error).__name__})
        connection.close()
        time.sleep(_PAUSE)
        left = True
    if left:
        wake_batch_worker()


@shared_task(name="batches.purge")
def purge() -> int:
    """Forget old lines and answers."""
    return services.purge_batches()
