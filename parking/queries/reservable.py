"""Whether a pool takes a reservation of a window, and where else there is space when it is full."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from district.kernel import clock
from district.kernel.database.postgres import named_rows
from district.kernel.errors import NotFound
from district.merchants.models import Merchant
from parking.errors import CarParkNotOpen, NotReservable, ReservationFull, WindowInvalid
from parking.models import CarPark, Pool, PoolSlot, ReservationPolicy
from parking.queries.car_parks import is_open, position_of
from parking.queries.reservations import window_terms
from parking.register.coordinates import walking_m
from parking.reservations.windows import Window, WindowProblem, check_window, nearest_windows

# How far from the wanted beginning other windows of the same pool are looked for.
_AROUND = timedelta(hours=4)
_MOST_CAR_PARKS = 200


@dataclass(frozen=True)
class OtherPool:
    """A pool of the same class elsewhere whose slots of the window are free; the way on foot where it is known."""

    pool: Pool
    walking_metres: int | None


@dataclass(frozen=True)
class Alternatives:
    """What fits instead of a window that is full: the nearest first."""

    windows: Sequence[Window]
    pools: Sequence[OtherPool]


def pool_to_reserve(public_id: str) -> Pool:
    """With the terms of its car park. Raises NotFound."""
    found = (
        Pool.objects.select_related("car_park__reservation_policy", "car_park__merchant")
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def policy_of(pool: Pool) -> ReservationPolicy:
    """On what terms the pool is reserved. Raises NotReservable for one that is not, or not any more."""
    car_park = pool.car_park
    policy = getattr(car_park, "reservation_policy", None)
    if (
        not isinstance(policy, ReservationPolicy)
        or pool.reservable_capacity == 0
        or car_park.state != CarPark.State.OPEN
        or car_park.merchant.state != Merchant.State.ACTIVE
    ):
        raise NotReservable
    return policy


def require_reservable(pool: Pool, window: Window, at: datetime) -> ReservationPolicy:
    """The terms on which the pool takes this window. Raises CarParkNotOpen, NotReservable, WindowInvalid."""
    policy = policy_of(pool)
    try:
        check_window(window, window_terms(policy), at=at)
    except WindowProblem as problem:
        raise WindowInvalid(problem=problem.reason) from None
    if is_open(pool.car_park, window.starts_at) is False:
        raise CarParkNotOpen
    return policy


def full(pool: Pool, window: Window, at: datetime) -> ReservationFull:
    """The refusal with the nearest windows and car parks that fit."""
    found = alternatives_to(pool, window, at=at)
    return ReservationFull(
        windows=[
            {"starts_at": _written(other.starts_at), "ends_at": _written(other.ends_at)}
            for other in found.windows
        ],
        car_parks=[
            {
                "pool": other.pool.public_id,
                "car_park": other.pool.car_park.public_id,
                "name": other.pool.car_park.name,
                "walking_metres": other.walking_metres,
            }
            for other in found.pools
        ],
    )


def alternatives_to(pool: Pool, window: Window, *, at: datetime, limit: int = 3) -> Alternatives:
    """Windows of this pool around the wanted one, and other car parks where the wanted one is free. Two queries."""
    free = PoolSlot.objects.filter(
        pool=pool,
        starts_at__gte=max(at, window.starts_at - _AROUND),
        starts_at__lt=window.ends_at + _AROUND,
        reserved__lt=F("capacity"),
    ).values_list("starts_at", flat=True)
    windows = nearest_windows(window, list(free), not_before=at, limit=limit)
    return Alternatives(windows, _other_pools(pool, window, limit=limit))


def _other_pools(pool: Pool, window: Window, *, limit: int) -> list[OtherPool]:
    rows = named_rows(
        "select slot.pool_id from parking_poolslot slot"
        " join parking_pool other on other.id = slot.pool_id"
        " join parking_carpark car_park on car_park.id = other.car_park_id"
        " join parking_reservationpolicy policy on policy.car_park_id = car_park.id"
        " where other.bay_class = %s and other.id <> %s and other.reservable_capacity > 0"
        " and car_park.state = 'open' and slot.starts_at >= %s and slot.starts_at < %s"
        " and slot.reserved < slot.capacity"
        " group by slot.pool_id having count(*) = %s limit %s",
        *(pool.bay_class, pool.pk, window.starts_at, window.ends_at),
        *(len(window.slots()), _MOST_CAR_PARKS),
    )
    if not rows:
        return []
    found = Pool.objects.select_related("car_park__merchant").filter(
        pk__in=[row["pool_id"] for row in rows],
        car_park__merchant__state=Merchant.State.ACTIVE,
    )
    here = position_of(pool.car_park)
    others = []
    for other in found:
        there = position_of(other.car_park)
        others.append(OtherPool(other, walking_m(here, there) if here and there else None))
    others.sort(
        key=lambda other: (
            other.walking_metres is None,
            other.walking_metres or 0,
            other.pool.car_park.name_key,
        )
    )
    return others[:limit]


def _written(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).isoformat()
