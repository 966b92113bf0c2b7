"""Plates of members: registered, removed, disputed."""

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.errors import ProposalDecided
from district.kernel.idempotency import Key, claim_key, store_result
from district.members import personal
from district.members.models import Member, User
from parking import plates, procedures
from parking.errors import (
    DisputePointless,
    PlateInvalid,
    PlateTaken,
    TooManyVehicles,
    VehicleReserved,
)
from parking.models import Arrears, ParkingNote, ParkingTicket, PlateDispute, Reservation, Vehicle
from parking.queries.vehicles import plate_hash


@transaction.atomic
def register_vehicle(*, member: Member, plate: str, colour: str = "", key: Key) -> Vehicle:
    """A plate for the member, the default one if it is the first. One that the member has already is that one.

    Raises KeyReused, PlateInvalid, PlateTaken, TooManyVehicles.
    """
    if (earlier := claim_key(key)) is not None:
        return Vehicle.objects.get(pk=earlier)
    parsed = _parse(plate, colour)
    procedures.lock_member(member.pk)
    own = Vehicle.objects.filter(member=member, removed_at=None)
    vehicle = own.filter(plate_hash=plate_hash(parsed), colour=parsed.colour).first()
    if vehicle is None:
        count = own.count()
        if count >= settings.PARKING_MOST_VEHICLES:
            raise TooManyVehicles(most=settings.PARKING_MOST_VEHICLES)
        vehicle = _create(member, parsed, is_default=count == 0)
    store_result(key, vehicle.pk)
    return vehicle


@transaction.atomic
def set_default_vehicle(*, vehicle: Vehicle) -> Vehicle:
    """The vehicle that the member's reservations begin with; said twice, nothing changes."""
    procedures.lock_member(vehicle.member_id)
    Vehicle.objects.filter(member=vehicle.member_id, is_default=True).update(is_default=False)
    Vehicle.objects.filter(pk=vehicle.pk, removed_at=None).update(is_default=True)
    vehicle.refresh_from_db()
    return vehicle


@transaction.atomic
def remove_vehicle(*, vehicle: Vehicle) -> Vehicle:
    """The plate is nobody's; its past stays. Removed again, nothing changes. Raises VehicleReserved."""
    procedures.lock_member(vehicle.member_id)
    vehicle.refresh_from_db()
    if vehicle.removed_at is None:
        if _open_reservations(vehicle).exists():
            raise VehicleReserved
        _remove(vehicle)
    return vehicle


@transaction.atomic
def dispute_plate(
    *, member: Member, plate: str, colour: str = "", statement: str, key: Key
) -> PlateDispute:
    """The member says that a plate which somebody else registered is theirs, once at a time.

    Raises DisputePointless, KeyReused, PlateInvalid.
    """
    if (earlier := claim_key(key)) is not None:
        return PlateDispute.objects.get(pk=earlier)
    parsed = _parse(plate, colour)
    held = Vehicle.objects.filter(
        plate_hash=plate_hash(parsed), colour=parsed.colour, removed_at=None
    )
    vehicle = held.exclude(member=member).first()
    if vehicle is None:
        raise DisputePointless
    dispute, _created = PlateDispute.objects.get_or_create(
        vehicle=vehicle,
        claimant=member,
        state=PlateDispute.State.OPEN,
        defaults={
            "plate_sealed": personal.seal(member, "plate", parsed.number),
            "statement": statement,
            "opened_at": clock.now(),
        },
    )
    store_result(key, dispute.pk)
    return dispute


@transaction.atomic
def decide_dispute(
    *, dispute: PlateDispute, uphold: bool, note: str = "", by: User
) -> PlateDispute:
    """The plate is the claimant's, verified, or stays where it is. Open reservations of the other member block that.

    Raises ProposalDecided, TooManyVehicles, VehicleReserved.
    """
    row = PlateDispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
    if row.state != PlateDispute.State.OPEN:
        raise ProposalDecided
    row.state = PlateDispute.State.UPHELD if uphold else PlateDispute.State.REJECTED
    row.decided_at, row.decided_by, row.note = clock.now(), by, note
    row.save(update_fields=["state", "decided_at", "decided_by", "note"])
    if uphold:
        _move_plate(row)
    audit.record(
        by=by, verb="decide_plate_dispute", subject=f"parking.platedispute:{row.pk}", uphold=uphold
    )
    return row


@transaction.atomic
def move_vehicles(*, source: int, into: int) -> int:
    """Plates and reservations of a member who was merged are the other one's; how many plates. Again: none are left.

    A plate that cannot be read any more, because the key is gone, is removed.
    """
    for member in sorted({source, into}):
        procedures.lock_member(member)
    old, new = (Member.objects.select_related("key").get(pk=pk) for pk in (source, into))
    has_default = Vehicle.objects.filter(member=new, is_default=True).exists()
    moved = 0
    for vehicle in Vehicle.objects.filter(member=old):
        number = personal.read(old, "plate", vehicle.plate_sealed)
        vehicle.member = new
        vehicle.is_default = vehicle.is_default and not has_default
        if number is not None:
            vehicle.plate_sealed = personal.seal(new, "plate", number)
        elif vehicle.removed_at is None:
            vehicle.removed_at, vehicle.is_default = clock.now(), False
        vehicle.save(update_fields=["member", "is_default", "plate_sealed", "removed_at"])
        moved += 1
    Reservation.objects.filter(member=old).update(member=new)
    # Its photograph is sealed with the key of the one who goes.
    ParkingNote.objects.filter(member=old).delete()
    ParkingTicket.objects.filter(member=old).update(member=new)
    Arrears.objects.filter(member=old).update(member=new)
    return moved


def _parse(plate: str, colour: str) -> plates.Plate:
    """Raises PlateInvalid."""
    try:
        return plates.parse_plate(plate, colour)
    except plates.PlateProblem as problem:
        raise PlateInvalid(problem=problem.reason) from None


def _create(member: Member, plate: plates.Plate, *, is_default: bool) -> Vehicle:
    """Raises PlateTaken."""
    found_by = plate_hash(plate)
    taken = Vehicle.objects.filter(plate_hash=found_by, colour=plate.colour, removed_at=None)
    if taken.exists():
        raise PlateTaken
    with translate_database_errors():
        return Vehicle.objects.create(
            member=member,
            plate_hash=found_by,
            plate_sealed=personal.seal(member, "plate", plate.number),
            colour=plate.colour,
            kind=plate.kind,
            is_default=is_default,
            registered_at=clock.now(),
        )


def _remove(vehicle: Vehicle) -> None:
    vehicle.removed_at, vehicle.is_default = clock.now(), False
    vehicle.save(update_fields=["removed_at", "is_default"])


def _move_plate(dispute: PlateDispute) -> None:
    vehicle, claimant = dispute.vehicle, dispute.claimant
    for member in sorted({vehicle.member_id, claimant.pk}):
        procedures.lock_member(member)
    vehicle.refresh_from_db()
    if _open_reservations(vehicle).exists():
        raise VehicleReserved
    if vehicle.removed_at is None:
        _remove(vehicle)
    own = Vehicle.objects.filter(member=claimant, removed_at=None)
    if own.count() >= settings.PARKING_MOST_VEHICLES:
        raise TooManyVehicles(most=settings.PARKING_MOST_VEHICLES)
    number = personal.unseal(claimant, "plate", dispute.plate_sealed)
    upheld = _create(claimant, _parse(number, vehicle.colour), is_default=not own.exists())
    upheld.verified_at = dispute.decided_at
    upheld.save(update_fields=["verified_at"])


def _open_reservations(vehicle: Vehicle) -> QuerySet[Reservation]:
    return Reservation.objects.filter(vehicle=vehicle, state__in=Reservation.OPEN)
