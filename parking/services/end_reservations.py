"""What becomes of a reservation: confirmed, arrived, completed, cancelled, expired, not come, moved elsewhere."""

from datetime import datetime

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.database.ids import new_id
from district.members.models import User
from parking import procedures
from parking.errors import CarParkNotOpen, DepositUnpaid, NotReservable, TooEarly
from parking.models import CarPark, Pool, Reservation
from parking.queries.car_parks import is_open
from parking.queries.reservations import not_open, reservations
from parking.services.deposits import give_up_order, return_deposit

State = Reservation.State
DISPLACED = "车位被占用，退回定金"


def confirm_reservation(*, reservation: Reservation) -> Reservation:
    """A hold without a deposit is taken for good; again: nothing changes. One with a deposit is confirmed by its payment.

    Raises DepositUnpaid, ReservationNotOpen.
    """
    if reservation.deposit_fen and reservation.state == State.HELD:
        raise DepositUnpaid(deposit_fen=reservation.deposit_fen)
    at = clock.now()
    held = Reservation.objects.filter(
        pk=reservation.pk, state=State.HELD, deposit_fen=0, hold_expires_at__gt=at
    )
    held.update(state=State.CONFIRMED, hold_expires_at=None)
    current = reservations().get(pk=reservation.pk)
    if current.state != State.CONFIRMED:
        raise not_open(current)
    return current


@transaction.atomic
def cancel_reservation(
    *, reservation: Reservation, reason: str = "", returned_because: str = ""
) -> Reservation:
    """The place is free again; the deposit goes back if the time for it is not over, and at any time where another car
    stands there or the car park says why (`returned_because`). Cancelled again, nothing changes.

    Raises ReservationNotOpen.
    """
    at = clock.now()
    ended = procedures.end_reservation(
        reservation.pk,
        from_states=[State.HELD, State.CONFIRMED],
        state=State.CANCELLED,
        reason=reason,
        at=at,
    )
    current = reservations().get(pk=reservation.pk)
    if current.state != State.CANCELLED:
        raise not_open(current)
    if ended:
        give_up_order(reservation=current)
        if reason_to_return := returned_because or _reason_to_return(current, at):
            return_deposit(reservation=current, reason=reason_to_return)
    return current


def _reason_to_return(cancelled: Reservation, at: datetime) -> str:
    """Why the deposit of a reservation that its member cancels goes back; empty where it is kept."""
    if at <= cancelled.free_cancel_until:
        return "按时取消预约，退回定金"
    return DISPLACED if cancelled.displaced_by_id is not None else ""


def note_arrival(*, reservation: Reservation, at: datetime | None = None) -> Reservation:
    """The car came in, not earlier than was agreed; it may be late as long as its place waits. Again: nothing changes.

    Raises ReservationNotOpen, TooEarly.
    """
    came_at = at or clock.now()
    expected = Reservation.objects.filter(pk=reservation.pk, state=State.CONFIRMED)
    arrived = expected.filter(admitted_from__lte=came_at).update(
        state=State.ARRIVED, arrived_at=came_at
    )
    current = reservations().get(pk=reservation.pk)
    if not arrived and current.state == State.CONFIRMED:
        raise TooEarly
    if current.state != State.ARRIVED:
        raise not_open(current)
    return current


@transaction.atomic
def complete_reservation(*, reservation: Reservation, at: datetime | None = None) -> Reservation:
    """The car left: what is left of its window is free again, and its deposit goes back. Again: nothing changes.

    Raises ReservationNotOpen.
    """
    ended = procedures.end_reservation(
        reservation.pk,
        from_states=[State.ARRIVED],
        state=State.COMPLETED,
        at=at or clock.now(),
    )
    current = reservations().get(pk=reservation.pk)
    if current.state != State.COMPLETED:
        raise not_open(current)
    if ended:
        return_deposit(reservation=current, reason="停车完成，退回定金")
    return current


@transaction.atomic
def relocate_reservation(
    *, reservation: Reservation, pool: Pool, reason: str, by: User | None
) -> Reservation:
    """The same window in another pool, because the car park cannot keep its promise; the new reservation, with the same
    deposit, may be cancelled for free until it begins. Relocated again, the same one.

    Raises CarParkNotOpen, NotReservable, ReservationFull, ReservationNotOpen.
    """
    if pool.pk == reservation.pool_id or pool.car_park.state != CarPark.State.OPEN:
        raise NotReservable
    if is_open(pool.car_park, reservation.starts_at) is False:
        raise CarParkNotOpen
    made = procedures.relocate(
        member=reservation.member_id,
        reservation=reservation.pk,
        pool=pool.pk,
        public_id=new_id("rsv"),
        reason=reason,
        at=clock.now(),
    )
    current = reservations().get(pk=reservation.pk)
    if made is None:
        if current.state != State.RELOCATED:
            raise not_open(current)
        return reservations().get(relocated_from=current)
    audit.record(
        by=by,
        verb="relocate_reservation",
        subject=f"parking.reservation:{reservation.pk}",
        into=made,
        reason=reason,
    )
    return reservations().get(pk=made)
