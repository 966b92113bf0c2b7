"""Where the car of a stay stands, for the member whose stay it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from district.kernel.errors import NotFound
from district.members import services as members
from district.members.models import Member
from parking.models import BayReport, CarPark, ParkingNote, ParkingNotePicture, Stay
from parking.queries.car_parks import position_of
from parking.register.coordinates import GeoPoint
from parking.stays.locations import CarLocation, LocationSource, newest

# A bay's clock may be behind the gate's.
_CLOCKS_APART = timedelta(minutes=1)


@dataclass(frozen=True)
class FoundCar:
    """Where a car stands as far as anybody says, the member's note, and the car park in GCJ-02 for a map."""

    car_park: CarPark | None
    location: CarLocation | None
    note: ParkingNote | None
    has_photo: bool
    age_minutes: int | None

    @property
    def position(self) -> GeoPoint | None:
        return position_of(self.car_park) if self.car_park else None


def note_of(member: Member, stay: Stay | None) -> ParkingNote | None:
    """The member's note of a stay, or the one without a stay."""
    rows = ParkingNote.objects.select_related("car_park")
    return rows.filter(member=member, stay=stay).first()


def find_car(member: Member, stay: Stay, at: datetime) -> FoundCar:
    """The newest of what its gates, a bay and the member say of a stay's car."""
    note = note_of(member, stay)
    location = newest([*_from_gates(stay), *_from_bays(stay), *_from_note(note)])
    return _found(stay.car_park, location, note, at)


def find_noted(member: Member, at: datetime) -> FoundCar:
    """What the member wrote down without a stay. Raises NotFound."""
    note = note_of(member, None)
    if note is None:
        raise NotFound
    return _found(note.car_park, newest(_from_note(note)), note, at)


def picture_of_note(member: Member, stay: Stay | None) -> bytes:
    """The photograph of the note. Raises NotFound, also where its key is gone."""
    note = note_of(member, stay)
    row = ParkingNotePicture.objects.filter(note=note).first() if note else None
    if note is None or row is None:
        raise NotFound
    picture = members.open_picture(member=member, place=picture_place(note), sealed=row.sealed)
    if picture is None:
        raise NotFound
    return picture


def picture_place(note: ParkingNote) -> str:
    """What binds a sealed photograph to its row."""
    return f"parking_note:{note.pk}"


def _found(
    car_park: CarPark | None, location: CarLocation | None, note: ParkingNote | None, at: datetime
) -> FoundCar:
    known_at = location.observed_at if location else note.noted_at if note else None
    age = None if known_at is None else max(timedelta(0), at - known_at) // timedelta(minutes=1)
    has_photo = note is not None and ParkingNotePicture.objects.filter(note=note).exists()
    return FoundCar(car_park, location, note, has_photo, age)


def _from_gates(stay: Stay) -> Iterator[CarLocation]:
    for event in stay.events.filter(direction="entry"):
        yield CarLocation(LocationSource.GATE, event.occurred_at, event.floor, event.zone)


def _from_bays(stay: Stay) -> Iterator[CarLocation]:
    if stay.entered_at is None:
        return
    rows = BayReport.objects.filter(
        car_park=stay.car_park_id,
        plate_hash=bytes(stay.plate_hash),
        colour=stay.colour,
        measured_at__gte=stay.entered_at - _CLOCKS_APART,
    )
    if stay.left_at is not None:
        rows = rows.filter(measured_at__lte=stay.left_at)
    for row in rows:
        yield CarLocation(LocationSource.BAY, row.measured_at, row.floor, row.zone, row.bay)


def _from_note(note: ParkingNote | None) -> Iterator[CarLocation]:
    if note is not None:
        yield CarLocation(LocationSource.NOTE, note.noted_at, note.floor, note.zone, note.bay)
