"""What is owed follows what becomes of its stay: merged into another, another plate, not over any more."""

from collections.abc import Sequence

from district.members.models import Member
from parking.fee_posting import lock_stay
from parking.models import Arrears, MinuteValidation, ParkingTicket, Stay, Vehicle
from parking.services.arrears import close_arrears, close_order_of, settle_arrears

State = Arrears.State


def move_fee(source: Stay, into: Stay) -> None:
    """Of a locked stay that was merged: its waiting validations are the other's, and so are its arrears.

    Where the other one has arrears already, those say what it owes, and these are withdrawn. What was paid, refunded and
    written off of the source counts for the other one by `merged_into`.
    """
    MinuteValidation.objects.filter(stay=source, state=MinuteValidation.State.GRANTED).update(
        stay=into
    )
    row = Arrears.objects.select_for_update(no_key=True).filter(stay=source).first()
    if row is None:
        return
    if not Arrears.objects.filter(stay=into).exists():
        row.stay = into
        row.save(update_fields=["stay"])
    elif row.state == State.OPEN:
        close_arrears(row, State.WITHDRAWN)


def follow_changes(stays: Sequence[Stay]) -> None:
    """Open arrears of stays whose events changed: as much as they owe now, and nobody's who never had their plate.

    None while the car is inside. `reckon_stays` opens what is owed after all, `attach_arrears` finds whose they are.
    """
    known = {stay.pk for stay in stays if stay.pk}
    rows = Arrears.objects.filter(stay__in=known, state=State.OPEN) if known else ()
    for found in rows:
        stay = lock_stay(found.stay)
        settle_arrears(stay=stay)
        row = Arrears.objects.select_for_update(no_key=True, of=("self",)).get(pk=found.pk)
        if row.state == State.OPEN and row.member is not None and not _had(row.member, stay):
            row.member = None
            row.save(update_fields=["member"])
            close_order_of(row)


def _had(member: Member, stay: Stay) -> bool:
    """Whether the plate of a stay, or its ticket, is or was a member's."""
    own = Vehicle.objects.filter(member=member)
    of_plate = own.filter(plate_hash=stay.plate_hash, colour=stay.colour)
    scanned = ParkingTicket.objects.filter(member=member, ticket_hash=stay.plate_hash)
    return of_plate.exists() or own.filter(wechat_entries=stay.pk).exists() or scanned.exists()
