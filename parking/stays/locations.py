"""Where a car stands, as far as gates, bays and its driver say; knows no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LocationSource(StrEnum):
    """Who says where the car stands; of two at one instant the one named last here counts."""

    GATE = "gate"
    BAY = "bay"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class CarLocation:
    """A floor, a zone and a bay, as far as they are known, from an instant on."""

    source: LocationSource
    observed_at: datetime
    floor: str = ""
    zone: str = ""
    bay: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.floor or self.zone or self.bay)


def newest(locations: Iterable[CarLocation]) -> CarLocation | None:
    """What counts: the newest that names anything."""
    rank = list(LocationSource)
    return max(
        (location for location in locations if location.is_known),
        key=lambda location: (location.observed_at, rank.index(location.source)),
        default=None,
    )


class BayOutcome(StrEnum):
    """What became of a bay's report; `older` came after one that was measured later."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    OLDER = "older"
    INVALID = "invalid"
    UNKNOWN_CAR_PARK = "unknown_car_park"
    FUTURE = "future"
    TOO_OLD = "too_old"
    CONFLICT = "conflict"


TAKEN_BAYS = frozenset({BayOutcome.ACCEPTED, BayOutcome.REPEATED, BayOutcome.OLDER})


@dataclass(frozen=True)
class ReportedBay:
    """A bay with or without a car; the plate in the one spelling where the sensor reads it."""

    car_park: str
    bay: str
    is_occupied: bool
    measured_at: datetime
    floor: str = ""
    zone: str = ""
    plate: str = ""
    colour: str = ""
