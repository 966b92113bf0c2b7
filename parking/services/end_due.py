"""What the clock brings to reservations."""

import logging

from django.db import transaction

from district.kernel import clock
from parking import procedures
from parking.models import Pool, Reservation
from parking.queries.reservations import reservations
from parking.services.arrivals import follow_stays
from parking.services.deposits import return_deposit
from parking.services.end_reservations import DISPLACED

logger = logging.getLogger("district.parking")


def end_due_reservations(*, pool: Pool | None = None, limit: int = 1_000) -> int:
    """End holds whose time is over and places for which nobody came, of a pool or of all, each in a transaction of
    its own; how many. Safe to run twice and side by side. One that fails is left to the next run and stops no other.

    First, cars that came early have arrived, those that stand too long have no reservation any more, and it is noted
    in whose place they stand: who found it taken is cancelled with the deposit back, and is no no-show.
    """
    follow_stays(car_parks=None if pool is None else [pool.car_park_id])
    at, count = clock.now(), 0
    procedures.note_displaced(at=at)
    failed: list[int] = []
    while count + len(failed) < limit:
        ended = None
        try:
            with transaction.atomic():
                ended = procedures.end_next_due(pool.pk if pool else None, at=at, without=failed)
                if ended is None:
                    break
                _give_back(*ended)
            count += 1
        except Exception:
            if ended is None:
                raise
            logger.exception("reservation not ended", extra={"reservation": ended[0]})
            failed.append(ended[0])
    return count


def _give_back(pk: int, state: str) -> None:
    """In the transaction that ended it."""
    if state == Reservation.State.CANCELLED:
        return_deposit(reservation=reservations().get(pk=pk), reason=DISPLACED)
