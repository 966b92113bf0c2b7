"""Where a member wrote down that the car stands: kept for a few days after the stay, with its photograph."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from district.kernel import clock
from district.kernel.http.pictures import Picture
from district.members import services as members
from district.members.models import Member
from parking import procedures
from parking.models import CarPark, ParkingNote, ParkingNotePicture, Stay
from parking.queries.locations import note_of, picture_place

NOTES_KEPT = timedelta(days=7)
# Of a car that never left, as far as the gates know.
LONGEST_KEPT = timedelta(days=60)


@transaction.atomic
def write_note(
    *,
    member: Member,
    stay: Stay | None,
    car_park: CarPark | None = None,
    floor: str = "",
    zone: str = "",
    bay: str = "",
    text: str = "",
) -> ParkingNote:
    """The one note of the member's stay, or the one without a stay, says this from now on; its photograph stays."""
    note = _note(member, stay)
    note.car_park = None if stay else car_park
    note.floor, note.zone, note.bay, note.text = floor, zone, bay, text
    note.noted_at = clock.now()
    note.save()
    return note


@transaction.atomic
def keep_note_picture(*, member: Member, stay: Stay | None, picture: Picture) -> ParkingNote:
    """The photograph of the note is this one; a note that is not there is begun."""
    note = _note(member, stay)
    note.noted_at = clock.now()
    note.save()
    sealed = members.seal_picture(member=member, place=picture_place(note), picture=picture.jpeg)
    ParkingNotePicture.objects.update_or_create(note=note, defaults={"sealed": sealed})
    return note


def forget_notes() -> int:
    """Delete notes and photographs a week after their stay, or after they were written where there is none; how many."""
    now = clock.real_now()
    old = ParkingNote.objects.filter(
        Q(stay__left_at__lt=now - NOTES_KEPT)
        | Q(stay=None, noted_at__lt=now - NOTES_KEPT)
        | Q(noted_at__lt=now - LONGEST_KEPT)
    )
    count = old.count()
    old.delete()
    return count


def _note(member: Member, stay: Stay | None) -> ParkingNote:
    """The one there is, or a new one; the member's other requests wait."""
    procedures.lock_member(member.pk)
    return note_of(member, stay) or ParkingNote(member=member, stay=stay)
