"""What gates report and what is answered; knows no database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class GateEventOutcome(StrEnum):
    """What became of a gate event. `repeated` is one that was taken before; the rest after it was refused."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    INVALID = "invalid"
    UNKNOWN_CAR_PARK = "unknown_car_park"
    FUTURE = "future"
    TOO_OLD = "too_old"
    CONFLICT = "conflict"


TAKEN_EVENTS = frozenset({GateEventOutcome.ACCEPTED, GateEventOutcome.REPEATED})


class GateDirection(StrEnum):
    ENTRY = "entry"
    EXIT = "exit"


@dataclass(frozen=True)
class ReportedGateEvent:
    """A car at a gate: by its plate in the one spelling, or, where it has none, by the ticket of the lane."""

    event_id: str
    car_park: str
    direction: GateDirection
    occurred_at: datetime
    plate: str = ""
    colour: str = ""
    kind: str = ""
    ticket: str = ""
    lane: str = ""
    floor: str = ""
    zone: str = ""
