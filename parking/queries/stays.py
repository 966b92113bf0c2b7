"""Stays: those of a plate, those that are a member's, and what they cost so far."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from district.kernel.errors import NotFound
from district.kernel.security.crypto import lookup_hash
from district.members.models import Member
from parking.models import GateEvent, ParkingTicket, Stay, TariffVersion, Vehicle
from parking.plates import PlateColour, PlateKind, masked
from parking.queries.tariffs import quote_stay
from parking.stays.sealing import read_text
from parking.tariff.values import FeeQuote, StayContext, VehicleClass

PLATE_PLACE = "gate:plate"
_SPECIAL = {PlateKind.POLICE, PlateKind.ARMED_POLICE, PlateKind.MILITARY, PlateKind.EMERGENCY}
_ELECTRIC = {PlateColour.GREEN, PlateColour.YELLOW_GREEN}
_LARGE = {PlateColour.YELLOW, PlateColour.YELLOW_GREEN}


@dataclass(frozen=True)
class EventsOfPlate:
    """A plate of a colour in a car park, found by its hash."""

    car_park: int
    plate_hash: bytes
    colour: str

    @classmethod
    def of(cls, row: GateEvent | Stay) -> "EventsOfPlate":
        return cls(row.car_park_id, bytes(row.plate_hash), row.colour)

    def events(self) -> QuerySet[GateEvent]:
        rows = GateEvent.objects.select_related("car_park__tariff")
        return rows.filter(
            car_park=self.car_park, plate_hash=self.plate_hash, colour=self.colour
        ).order_by("pk")

    def stays(self, events: Iterable[int]) -> QuerySet[Stay]:
        """Those that begin or end with one of these events."""
        numbers = list(events)
        rows = Stay.objects.exclude(state=Stay.State.MERGED)
        return rows.filter(Q(entry_event__in=numbers) | Q(exit_event__in=numbers)).order_by("pk")


def ticket_hash(ticket: str) -> bytes:
    """What finds the ticket of a car without a plate again."""
    return lookup_hash("ticket", ticket)


def stays_of(member: Member) -> QuerySet[Stay]:
    """The member's, of plates whose papers somebody saw and of tickets that they scanned: typing a plate shows nothing.

    Of what was before the plate was the member's only a stay that still goes on is shown.
    """
    own = Q(pk__in=[])
    vehicles = Vehicle.objects.filter(member=member, removed_at=None, verified_at__isnull=False)
    for vehicle in vehicles:
        own |= Q(plate_hash=vehicle.plate_hash, colour=vehicle.colour) & (
            Q(state=Stay.State.OPEN) | Q(left_at__gte=vehicle.registered_at)
        )
    tickets = ParkingTicket.objects.filter(member=member).values("ticket_hash")
    own |= Q(plate_hash__in=tickets, colour="")
    rows = Stay.objects.filter(own).exclude(state=Stay.State.MERGED)
    return rows.select_related("car_park", "tariff_version")


def stay_of(member: Member, public_id: str) -> Stay:
    """One of the member's. Raises NotFound, also for somebody else's."""
    found = stays_of(member).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def stay_to_validate(public_id: str) -> Stay:
    """A stay that somebody showed at a counter; one that goes on. Raises NotFound."""
    found = Stay.objects.filter(public_id=public_id, state=Stay.State.OPEN).first()
    if found is None:
        raise NotFound
    return found


def stay_fee(stay: Stay, at: datetime, *, credit_minutes: int = 0) -> FeeQuote | None:
    """What a stay costs, an open one if it ended at an instant; None where entry, exit or tariff is not known."""
    if stay.tariff_version is None:
        return None
    return stay_fee_by(stay.tariff_version, stay, at, credit_minutes=credit_minutes)


def stay_fee_by(
    version: TariffVersion, stay: Stay, at: datetime, *, credit_minutes: int = 0
) -> FeeQuote | None:
    """What it would cost by this version of a tariff; None where entry or exit is not known."""
    until = at if stay.state == Stay.State.OPEN else stay.left_at
    if until is None:
        return None
    return price_until(version, stay, until, credit_minutes=credit_minutes)


def price_until(
    version: TariffVersion, stay: Stay, until: datetime, *, credit_minutes: int = 0
) -> FeeQuote | None:
    """The part of a stay until an instant by a version; None where the entry is not known."""
    if stay.entered_at is None:
        return None
    return quote_stay(
        version=version,
        vehicle=_vehicle_class(stay),
        entered_at=stay.entered_at,
        left_at=max(until, stay.entered_at),
        context=StayContext(is_electric=stay.colour in _ELECTRIC, credit_minutes=credit_minutes),
    )


def plate_read(row: GateEvent | Stay) -> str:
    """The plate or the ticket in plain; empty where it was forgotten."""
    return read_text(row.plate_sealed, place=PLATE_PLACE)


def masked_plate_read(row: GateEvent | Stay) -> str:
    """浙A***45, for the screens of operators."""
    number = plate_read(row)
    return masked(number) if number else ""


def _vehicle_class(stay: Stay) -> VehicleClass:
    if stay.kind in _SPECIAL:
        return VehicleClass.SPECIAL
    # Learners' cars have yellow plates and are small.
    if stay.colour in _LARGE and stay.kind != PlateKind.LEARNER:
        return VehicleClass.LARGE
    return VehicleClass.SMALL
