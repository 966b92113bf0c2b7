"""Bays that are reserved by their number."""

from collections.abc import Collection

from django.db import transaction

from district.kernel import audit
from district.members.models import User
from parking.errors import CapacityOutOfBounds
from parking.models import Bay, Pool
from parking.services.register_car_park import lock_open_car_park


@transaction.atomic
def add_bays(*, pool: Pool, numbers: Collection[str], by: User | None) -> list[Bay]:
    """Numbered bays of a pool, those that exist already included; not more than it has reservable.

    Raises CapacityOutOfBounds, CarParkClosed.
    """
    lock_open_car_park(pool.car_park)
    known = set(Bay.objects.filter(pool=pool).values_list("number", flat=True))
    new = [number for number in dict.fromkeys(numbers) if number not in known]
    if len(known) + len(new) > pool.reservable_capacity:
        raise CapacityOutOfBounds(most=pool.reservable_capacity)
    Bay.objects.bulk_create(Bay(pool=pool, number=number) for number in new)
    if new:
        audit.record(
            by=by, verb="add_bays", subject=f"parking.carpark:{pool.car_park_id}", numbers=new
        )
    return list(Bay.objects.filter(pool=pool, number__in=set(numbers)).order_by("pk"))
