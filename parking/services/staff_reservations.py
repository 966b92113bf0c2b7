"""What people of a car park do to reservations."""

from django.db import transaction

from district.kernel import audit
from district.members.models import User
from parking.models import Reservation
from parking.services.end_reservations import cancel_reservation, note_arrival


@transaction.atomic
def cancel_for_member(*, reservation: Reservation, reason: str, by: User) -> Reservation:
    """The car park calls the reservation off: its deposit goes back, however late it is. Again, or after its member
    did: nothing changes.

    Raises ReservationNotOpen.
    """
    current = cancel_reservation(
        reservation=reservation, reason=reason, returned_because="停车场取消预约，退回定金"
    )
    _record("cancel_reservation", current, by, reason=reason)
    return current


@transaction.atomic
def note_arrival_by_hand(*, reservation: Reservation, by: User) -> Reservation:
    """Somebody saw the car come in that no gate read. Again: nothing changes. Raises ReservationNotOpen, TooEarly."""
    current = note_arrival(reservation=reservation)
    _record("note_arrival", current, by)
    return current


def _record(verb: str, reservation: Reservation, by: User, **facts: str) -> None:
    audit.record(by=by, verb=verb, subject=f"parking.reservation:{reservation.pk}", **facts)
