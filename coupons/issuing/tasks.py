"""Celery's part of issuing."""

import logging

from celery import current_app, shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from coupons.issuing import services

TASK = "issuing.run_jobs"
logger = logging.getLogger("district.issuing")


def wake_worker() -> None:
    """Wake a worker for jobs. A wake-up that is lost delays them until beat's next sweep.

    In replay mode nobody works behind the server: it is done at once, at the request's instant.
    """
    if settings.REPLAY:
        while services.run_issue_jobs():
            pass
        return
    try:
        current_app.send_task(TASK)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the job is safe
        logger.warning("wake-up lost", extra={"error": type(error).__name__})


@shared_task(name=TASK)
def run_jobs() -> None:
    """Work for some seconds, then let other tasks pass and come back."""
    try:
        left = services.run_issue_jobs()
    except (InterfaceError, OperationalError) as error:
        # The lease runs out, and beat's next sweep takes the job up where it was.
        logger.warning("issue job interrupted", extra={"error": type(error).__name__})
        connection.close()
        return
    if left:
        wake_worker()
