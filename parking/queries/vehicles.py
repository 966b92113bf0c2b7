"""Plates of members: found by keyed hash, read by their own members only."""

from django.db.models import QuerySet

from district.kernel.errors import NotFound
from district.kernel.security.crypto import lookup_hash
from district.members import personal
from district.members.models import Member
from parking import plates
from parking.models import PlateDispute, Vehicle


def plate_hash(plate: plates.Plate) -> bytes:
    """What finds a plate of a colour again without storing it; 32 bytes."""
    return number_hash(plate.number, plate.colour)


def number_hash(number: str, colour: str) -> bytes:
    """The same for what a gate read, which need not be a plate at all."""
    return lookup_hash("plate", f"{colour}\0{number}")


def plate_key(found_by: bytes | memoryview) -> int:
    """A number that two plates do not share, for the constraint that their reservations do not overlap."""
    return int.from_bytes(bytes(found_by)[:8], "big", signed=True)


def vehicles_of(member: Member) -> QuerySet[Vehicle]:
    return Vehicle.objects.filter(member=member, removed_at=None)


def vehicle_of(member: Member, public_id: str) -> Vehicle:
    """A plate that is the member's. Raises NotFound, also for somebody else's."""
    found = vehicles_of(member).select_related("member__key").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def plate_of(vehicle: Vehicle) -> str:
    """The number in plain, for its own member; empty where the key is gone."""
    return personal.read(vehicle.member, "plate", vehicle.plate_sealed) or ""


def masked_plate(vehicle: Vehicle) -> str:
    """浙A***45, for lists of others."""
    number = plate_of(vehicle)
    return plates.masked(number) if number else ""


def claimed_plate(dispute: PlateDispute) -> str:
    """浙A***45, as the claimant wrote it."""
    number = personal.read(dispute.claimant, "plate", dispute.plate_sealed)
    return plates.masked(number) if number else ""
