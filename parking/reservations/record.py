"""What a member's past says: whether a place is reserved without a deposit, and paid after leaving. Knows no database.

依托信用信息: only what happened in these car parks counts, for half a year, and each fact is told to whom it is about.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

LOOKED_BACK = timedelta(days=180)
COMPLETED_NEEDED = 3
NO_SHOWS_ALLOWED = 1
UNPAID_ALLOWED = 1
LATE_ALLOWED = 1


class RecordFact(StrEnum):
    """What speaks for or against; one of each is told."""

    COMPLETED = "completed"
    NO_SHOWS = "no_shows"
    UNPAID_HOLDS = "unpaid_holds"
    PAID_LATE = "paid_late"
    UNPAID_ARREARS = "unpaid_arrears"


@dataclass(frozen=True)
class PastReservations:
    """Numbers of the last half year. A no-show that was contested with success is none."""

    completed: int
    no_shows: int
    unpaid_holds: int
    # Arrears that were paid after their time, or are not paid though it is over.
    paid_late: int = 0
    unpaid_arrears: int = 0


@dataclass(frozen=True)
class RecordLine:
    """A fact with its number, what is asked for, and whether that is so."""

    fact: RecordFact
    count: int
    needed: int
    is_met: bool


@dataclass(frozen=True)
class ParkingRecord:
    """The lines, and what follows: a good record needs no deposit and pays after leaving."""

    lines: tuple[RecordLine, ...]

    @property
    def is_good(self) -> bool:
        return all(line.is_met for line in self.lines)

    @property
    def pays_after_leaving(self) -> bool:
        """Who has come and paid in time may leave first and pay within a day."""
        return self.is_good


def record_of(past: PastReservations) -> ParkingRecord:
    return ParkingRecord(
        (
            RecordLine(
                RecordFact.COMPLETED,
                past.completed,
                COMPLETED_NEEDED,
                past.completed >= COMPLETED_NEEDED,
            ),
            RecordLine(
                RecordFact.NO_SHOWS,
                past.no_shows,
                NO_SHOWS_ALLOWED,
                past.no_shows <= NO_SHOWS_ALLOWED,
            ),
            RecordLine(
                RecordFact.UNPAID_HOLDS,
                past.unpaid_holds,
                UNPAID_ALLOWED,
                past.unpaid_holds <= UNPAID_ALLOWED,
            ),
            RecordLine(
                RecordFact.PAID_LATE,
                past.paid_late,
                LATE_ALLOWED,
                past.paid_late <= LATE_ALLOWED,
            ),
            RecordLine(
                RecordFact.UNPAID_ARREARS,
                past.unpaid_arrears,
                0,
                past.unpaid_arrears == 0,
            ),
        )
    )
