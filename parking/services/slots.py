"""How many reservations a pool takes in each quarter of an hour."""

from datetime import timedelta

from django.db import connection, transaction

from district.kernel import audit, clock
from district.members.models import User
from parking import procedures
from parking.errors import PolicyOutOfBounds
from parking.models import CarPark, Pool, ReservationPolicy
from parking.models.reservations import MOST_DEPOSIT_FEN
from parking.reservations.windows import DAYS_MADE_AHEAD, slot_of
from parking.services.register_car_park import lock_open_car_park

SLOTS_KEPT = timedelta(days=7)
POLICY_BOUNDS = {
    "deposit_fen": (0, MOST_DEPOSIT_FEN),
    "hold_minutes": (3, 60),
    "early_minutes": (0, 240),
    "late_minutes": (5, 240),
    "free_cancel_minutes": (0, 2_880),
    "longest_minutes": (15, 1_440),
    "days_ahead": (1, 29),
}


@transaction.atomic
def set_reservation_policy(
    *, car_park: CarPark, by: User | None, **terms: int
) -> ReservationPolicy:
    """On what terms the car park is reserved from now on; reservations that exist keep theirs. Terms left out are the usual ones.

    Raises CarParkClosed, PolicyOutOfBounds.
    """
    for name, value in terms.items():
        low, high = POLICY_BOUNDS[name]
        if not low <= value <= high:
            raise PolicyOutOfBounds(term=name, low=low, high=high)
    current = lock_open_car_park(car_park)
    policy, created = ReservationPolicy.objects.update_or_create(car_park=current, defaults=terms)
    if created:
        for pool in Pool.objects.filter(car_park=current).order_by("pk"):
            fit_slots(pool=pool)
    audit.record(
        by=by,
        verb="set_reservation_policy",
        subject=f"parking.carpark:{current.pk}",
        terms=terms,
    )
    return policy


def fit_slots(*, pool: Pool) -> int:
    """The pool's slots from now on have its reservable bays, and reach as far ahead as reservations do; how many were missing.

    A car park that is not reserved has none.
    """
    if not ReservationPolicy.objects.filter(car_park=pool.car_park_id).exists():
        return 0
    start = slot_of(clock.now())
    return procedures.fit_slots(pool.pk, start=start, until=start + timedelta(days=DAYS_MADE_AHEAD))


def extend_slots() -> int:
    """Slots of every pool that is reserved, as far ahead as reservations reach; how many were missing."""
    reserved = Pool.objects.filter(
        car_park__reservation_policy__isnull=False, car_park__state=CarPark.State.OPEN
    )
    return sum(fit_slots(pool=pool) for pool in reserved.order_by("pk"))


def purge_slots() -> int:
    """Delete slots that nobody asks about any more; how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from parking_poolslot where starts_at < %s", [clock.real_now() - SLOTS_KEPT]
        )
        return int(cursor.rowcount)
