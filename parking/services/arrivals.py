"""Reservations follow the stays of their plates: who came in time, and who left."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from district.kernel import clock
from parking import procedures
from parking.models import NoShowContest, Reservation
from parking.queries.arrivals import Mismatch, mismatches
from parking.queries.reservations import reservations
from parking.services.deposits import return_deposit
from parking.services.end_reservations import complete_reservation

State = Reservation.State
# The sweep looks back so far at what has ended; what is reported later than that is looked at when it is reported.
_SWEPT = timedelta(days=2)
logger = logging.getLogger("district.parking")


def follow_stays(*, car_parks: Sequence[int] | None = None, days: int = _SWEPT.days) -> int:
    """Let reservations that have not ended, or began since so many days, arrive, complete or be undone as the stays of
    their plates say; how many changed. Done again, nothing changes, so it does not matter who does it, when, or what was
    reported first.

    Each in transactions of its own: the slots of several would not be locked in one order. One that fails is left to
    the next run and stops no other.
    """
    at, followed = clock.now(), 0
    for row in mismatches(since=at - timedelta(days=days), at=at, car_parks=car_parks):
        try:
            _follow(row)
            followed += 1
        except Exception:
            logger.exception("reservation not followed", extra={"reservation": row.reservation})
    return followed


def _follow(row: Mismatch) -> None:
    state = _arrive(row) if row.stay is not None else _leave_out(row)
    over = row.left_at is not None or row.ends_at <= clock.now()
    if state == State.ARRIVED and over:
        # Who stays longer than was reserved stands there without a reservation from then on.
        ended_at = min(row.left_at or row.ends_at, row.ends_at)
        complete_reservation(reservation=reservations().get(pk=row.reservation), at=ended_at)


@transaction.atomic
def _arrive(row: Mismatch) -> str:
    """The state that it has now."""
    assert row.stay is not None
    rows = Reservation.objects.filter(pk=row.reservation)
    if row.state == State.NO_SHOW:
        return _undo_no_show(row, row.stay)
    if row.state == State.CONFIRMED:
        arrived = rows.filter(state=State.CONFIRMED).update(
            state=State.ARRIVED, arrived_at=row.arrived_at, stay=row.stay
        )
        return State.ARRIVED if arrived else ""
    rows.filter(state__in=[State.ARRIVED, State.COMPLETED]).update(
        stay=row.stay, arrived_at=row.arrived_at
    )
    return row.state


def _undo_no_show(row: Mismatch, stay: int) -> str:
    """The car had come in time: what the no-show cost is given back, and a contest of it is decided by the gate."""
    at = clock.now()
    state = procedures.undo_no_show(row.reservation, stay=stay, arrived_at=row.arrived_at, at=at)
    if state is None:
        return ""
    NoShowContest.objects.filter(
        reservation=row.reservation, state=NoShowContest.State.OPEN
    ).update(state=NoShowContest.State.ACCEPTED, decided_at=at, note="过闸记录显示车辆按时到场")
    if state == State.COMPLETED:
        current = reservations().get(pk=row.reservation)
        return_deposit(reservation=current, reason="车辆按时到场，退回定金")
    return state


@transaction.atomic
def _leave_out(row: Mismatch) -> str:
    """The stay was another car's after all: nobody has come yet, and a person decides what the gate had decided. What was
    completed stays so.
    """
    rows = Reservation.objects.filter(pk=row.reservation, stay=row.known_stay)
    if row.known_stay is None:
        # Somebody noted the arrival by hand; it is over when its window is.
        return row.state
    if rows.filter(state=State.ARRIVED).update(state=State.CONFIRMED, arrived_at=None, stay=None):
        NoShowContest.objects.filter(
            reservation=row.reservation, state=NoShowContest.State.ACCEPTED, decided_by=None
        ).update(state=NoShowContest.State.OPEN, decided_at=None, note="")
    else:
        rows.filter(state=State.COMPLETED).update(stay=None)
    return ""
