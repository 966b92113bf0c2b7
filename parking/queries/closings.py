"""Where the reservations of a car park that closes find another place."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from parking.models import CarPark, Pool, PoolSlot, Reservation
from parking.queries.car_parks import is_open, position_of
from parking.register.coordinates import walking_m
from parking.reservations.windows import Window


@dataclass(frozen=True)
class PlannedMove:
    """A reservation and the pool that it would go to; none where nothing fits, or where it was only held."""

    reservation: Reservation
    pool: Pool | None


def waiting_in(car_park: CarPark) -> list[Reservation]:
    """Those that hold a place and have not come, the earliest first."""
    rows = Reservation.objects.select_related("pool", "vehicle__member__key").filter(
        pool__car_park=car_park, state__in=[Reservation.State.HELD, Reservation.State.CONFIRMED]
    )
    return list(rows.order_by("starts_at", "pk"))


def pools_instead_of(pool: Pool) -> list[Pool]:
    """Pools of the same class in other car parks of the operator that are reserved, the nearest on foot first."""
    rows = Pool.objects.select_related("car_park").prefetch_related("car_park__hours")
    found = rows.filter(
        bay_class=pool.bay_class,
        reservable_capacity__gt=0,
        car_park__merchant=pool.car_park.merchant_id,
        car_park__state=CarPark.State.OPEN,
        car_park__reservation_policy__isnull=False,
    )
    here = position_of(pool.car_park)

    def distance(other: Pool) -> tuple[bool, int, str]:
        there = position_of(other.car_park)
        metres = walking_m(here, there) if here and there else None
        return metres is None, metres or 0, other.car_park.name_key

    return sorted(found.exclude(car_park=pool.car_park_id), key=distance)


def plan_closing(car_park: CarPark) -> list[PlannedMove]:
    """What closing the car park would do with each reservation, as things are now."""
    waiting = waiting_in(car_park)
    confirmed = [row for row in waiting if row.state == Reservation.State.CONFIRMED]
    others = {row.pool_id: pools_instead_of(row.pool) for row in confirmed}
    free = _free_places([pool for pools in others.values() for pool in pools], confirmed)
    moves = []
    for row in waiting:
        slots = Window(row.starts_at, row.ends_at).slots()
        fitting = _fitting(others.get(row.pool_id, ()), slots, free)
        target = next(fitting, None) if row.state == Reservation.State.CONFIRMED else None
        if target is not None:
            free.subtract((target.pk, at) for at in slots)
        moves.append(PlannedMove(row, target))
    return moves


def _free_places(
    pools: Sequence[Pool], rows: Sequence[Reservation]
) -> Counter[tuple[int, datetime]]:
    if not rows:
        return Counter()
    slots = PoolSlot.objects.filter(
        pool__in=pools,
        starts_at__gte=min(row.starts_at for row in rows),
        starts_at__lt=max(row.ends_at for row in rows),
    )
    return Counter(
        {(slot.pool_id, slot.starts_at): slot.capacity - slot.reserved for slot in slots}
    )


def _fitting(
    pools: Sequence[Pool], slots: Sequence[datetime], free: Counter[tuple[int, datetime]]
) -> Iterator[Pool]:
    return (
        pool
        for pool in pools
        if is_open(pool.car_park, slots[0]) is not False
        and all(free[pool.pk, at] > 0 for at in slots)
    )
