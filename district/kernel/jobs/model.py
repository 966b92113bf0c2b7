"""What every job is kept as; an app adds its own columns, and a table of what came of each row."""

from abc import abstractmethod
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from district.kernel.models.attempts import RetriedWork


class Job(RetriedWork):
    """Long work on many rows: how far it is, and who works on it until when (`next_attempt_at`).

    The lease spares workers each other's work; that each row is answered once is for the app's tables
    to promise, in the transaction that answers it.
    """

    # The state in which it waits for its first worker; an app's State has these values and further ones.
    WAITING: ClassVar[str]
    RUNNING: ClassVar[str] = "running"
    DONE: ClassVar[str] = "done"
    STOPPED: ClassVar[str] = "stopped"

    state: "models.TextField[str, str]"
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    # A token of the worker that has it.
    lease = models.TextField(db_default="", default="", blank=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def waiting(cls) -> "QuerySet[Self]":
        """Jobs that a worker may take up once they are due."""
        return cls._default_manager.filter(state__in=[cls.WAITING, cls.RUNNING])

    @property
    @abstractmethod
    def row_count(self) -> int:
        """How many rows it has."""

    @property
    @abstractmethod
    def answered(self) -> int:
        """How many of them were answered."""

    @property
    def has_results(self) -> bool:
        """Whether the answers of its rows can be read."""
        return True

    @property
    def is_open(self) -> bool:
        """Whether it may still answer rows."""
        return self.state in (self.WAITING, self.RUNNING)

    @property
    def is_at_work(self) -> bool:
        """Whether a worker is on it, or will be by itself."""
        return self.is_open and self.set_aside_at is None


def at_work(state: str) -> Q:
    """Condition of an index over jobs that a worker may take up; `state` is the one they wait in."""
    return Q(state__in=[state, Job.RUNNING], set_aside_at=None)
