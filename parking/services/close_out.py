"""What becomes of the reservations of a car park that closed: another place nearby, or the deposit back."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef

from district.kernel import clock, jobs
from parking.errors import (
    CarParkNotOpen,
    NotReservable,
    ReservationFull,
    ReservationNotOpen,
)
from parking.models import CarParkClosing, ClosedOutReservation, Reservation
from parking.queries.closings import pools_instead_of
from parking.queries.reservations import reservations
from parking.services.end_reservations import cancel_reservation, relocate_reservation

REASON = "停车场停用"
State, Outcome = Reservation.State, ClosedOutReservation.Outcome


def close_out_car_parks(*, seconds: float = jobs.SLICE_SECONDS) -> bool:
    """Deal for so many seconds with reservations of car parks that closed; whether some may be left.

    Each in a transaction of its own, so whoever is killed leaves the rest to the next one.
    """
    _take_up_stragglers()
    return jobs.run_jobs(CarParkClosing.waiting(), _steps, seconds=seconds)


def _take_up_stragglers() -> None:
    """Who was reserving while the car park closed came after the job had ended."""
    late = Reservation.objects.filter(
        pool__car_park=OuterRef("car_park"), state__in=[State.HELD, State.CONFIRMED]
    )
    ended = CarParkClosing.objects.filter(Exists(late), state=CarParkClosing.State.DONE)
    ended.update(
        state=CarParkClosing.State.SUBMITTED, ended_at=None, next_attempt_at=clock.real_now()
    )


def _steps(closing: CarParkClosing) -> Iterator[None]:
    while _close_out_next(closing):
        yield


@transaction.atomic
def _close_out_next(closing: CarParkClosing) -> bool:
    """Deal with the next reservation; whether there was one. Raises LeaseLost."""
    current = jobs.lock_job(closing)
    found = current.waiting_reservations().first()
    if found is None:
        return False
    row = reservations().get(pk=found.pk)
    try:
        new = _relocated(row)
        if new is None:
            cancel_reservation(
                reservation=row, reason=REASON, returned_because="停车场停用，退回定金"
            )
    except ReservationNotOpen:
        # Its member, or the clock, was faster.
        return True
    outcome = Outcome.RELOCATED if new else Outcome.CANCELLED
    ClosedOutReservation.objects.create(
        closing=current, reservation=row, relocated_to=new, outcome=outcome
    )
    setattr(current, outcome.value, getattr(current, outcome.value) + 1)
    current.save(update_fields=[outcome.value])
    return True


def _relocated(row: Reservation) -> Reservation | None:
    """Raises ReservationNotOpen."""
    if row.state != State.CONFIRMED:
        return None
    for pool in pools_instead_of(row.pool):
        try:
            with transaction.atomic():
                return relocate_reservation(reservation=row, pool=pool, reason=REASON, by=None)
        except (CarParkNotOpen, NotReservable, ReservationFull):
            continue
    return None
