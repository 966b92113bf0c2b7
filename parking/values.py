"""What feeds report and what is answered; knows no database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

Report = TypeVar("Report")
Outcome = TypeVar("Outcome", bound=StrEnum)


class ReadingOutcome(StrEnum):
    """What became of a reading. `repeated` is one that was taken before; the rest after it was refused."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    INVALID = "invalid"
    UNKNOWN_POOL = "unknown_pool"
    FUTURE = "future"
    OLDER = "older"
    CONFLICT = "conflict"


TAKEN_READINGS = frozenset({ReadingOutcome.ACCEPTED, ReadingOutcome.REPEATED})


@dataclass(frozen=True)
class ReportedReading:
    """So many cars in a pool at an instant; the capacity where the feed says one, else the register's."""

    pool: str
    occupied: int
    measured_at: datetime
    capacity: int | None = None


@dataclass(frozen=True)
class ReportedRow(Generic[Report]):
    """A row of a report as it came, with what is reported in it, or why there is nothing."""

    content: str
    report: Report | None = None
    detail: str = ""


@dataclass(frozen=True)
class RowResult(Generic[Outcome]):
    """What became of a row; `detail` says what was wrong with its content."""

    outcome: Outcome
    detail: str = ""
