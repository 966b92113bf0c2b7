"""Celery's part of a kind of jobs: wake a worker, work for some seconds, come back."""

import logging
import time
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

_PAUSE_SECONDS = 1.0
logger = logging.getLogger("district.jobs")


class JobWorker:
    """The task of that name does `run`, which says whether something is left to do."""

    def __init__(self, task: str, run: Callable[[], bool]) -> None:
        self.task, self.run = task, run

    def wake(self) -> None:
        """Wake a worker. A wake-up that is lost delays the jobs until beat's next sweep.

        In replay mode nobody works behind the server: it is done at once, at the request's instant.
        """
        if settings.REPLAY:
            while self.run():
                pass
            return
        try:
            current_app.send_task(self.task)
        except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the job is safe
            logger.warning("wake-up lost", extra={"task": self.task, "error": type(error).__name__})

    def work(self) -> None:
        """The task: work for some seconds, then let other tasks pass and come back."""
        try:
            left = self.run()
        except (InterfaceError, OperationalError) as error:
            logger.warning(
                "job interrupted", extra={"task": self.task, "error": type(error).__name__}
            )
            connection.close()
            time.sleep(_PAUSE_SECONDS)
            left = True
        if left:
            self.wake()
