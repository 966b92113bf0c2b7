"""How many bays a car park has, where they lie, and when cars may come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from district.kernel import audit
from district.members.models import User
from district.merchants.services import Stretch
from parking.errors import CapacityOutOfBounds, CarParkHoursOverlap, LayoutInvalid
from parking.models import (
    CarPark,
    CarParkEntrance,
    CarParkFloor,
    CarParkHours,
    CarParkZone,
    LiveOccupancy,
    Pool,
)
from parking.models.register import (
    HEIGHT_RANGE_CM,
    LONGEST_ENTRANCE_NAME,
    LONGEST_FLOOR_NAME,
    LONGEST_ZONE_NAME,
    MOST_BAYS,
)
from parking.services.register_car_park import lock_open_car_park
from parking.services.slots import fit_slots


@dataclass(frozen=True)
class FloorLayout:
    """A floor and its zones."""

    name: str
    zone_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class EntranceLayout:
    """An entrance, an exit or both."""

    name: str
    kind: str = CarParkEntrance.Kind.BOTH
    height_limit_cm: int | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@transaction.atomic
def set_pool(
    *,
    car_park: CarPark,
    bay_class: str,
    capacity: int,
    reservable_capacity: int = 0,
    by: User | None,
) -> Pool:
    """So many bays of a class, and so many of them reservable; what it has already changes nothing.

    Raises CapacityOutOfBounds, CarParkClosed.
    """
    if not 0 <= reservable_capacity <= capacity <= MOST_BAYS:
        raise CapacityOutOfBounds(most=MOST_BAYS)
    lock_open_car_park(car_park)
    counts = {"capacity": capacity, "reservable_capacity": reservable_capacity}
    pool = Pool.objects.filter(car_park=car_park, bay_class=bay_class).first()
    if pool is None:
        pool = Pool.objects.create(car_park=car_park, bay_class=bay_class, **counts)
        LiveOccupancy.objects.create(pool=pool)
    elif (pool.capacity, pool.reservable_capacity) == (capacity, reservable_capacity):
        return pool
    else:
        pool.capacity, pool.reservable_capacity = capacity, reservable_capacity
        pool.save(update_fields=list(counts))
    fit_slots(pool=pool)
    _record("set_pool", car_park, by, bay_class=bay_class, **counts)
    return pool


@transaction.atomic
def set_car_park_hours(
    *,
    car_park: CarPark,
    hours: Iterable[Stretch],
    round_the_clock: bool = False,
    by: User | None,
) -> CarPark:
    """Replace a car park's week; a week it has already changes nothing.

    Raises CarParkClosed, CarParkHoursOverlap.
    """
    current = lock_open_car_park(car_park)
    wanted = sorted(set(hours))
    columns = ("weekday", "opens_minute", "closes_minute")
    stored = [Stretch(*row) for row in current.hours.values_list(*columns).order_by(*columns)]
    if stored == wanted and current.round_the_clock == round_the_clock:
        return current
    current.hours.all().delete()
    try:
        with transaction.atomic():
            CarParkHours.objects.bulk_create(
                CarParkHours(car_park=current, **stretch._asdict()) for stretch in wanted
            )
    except IntegrityError as error:
        if "car_park_hours_never_overlap_in_a_car_park" in str(error):
            raise CarParkHoursOverlap from None
        raise
    current.round_the_clock = round_the_clock
    current.save(update_fields=["round_the_clock"])
    _record("set_car_park_hours", current, by, hours=wanted, round_the_clock=round_the_clock)
    return current


@transaction.atomic
def set_layout(
    *,
    car_park: CarPark,
    floors: Sequence[FloorLayout],
    entrances: Sequence[EntranceLayout],
    by: User | None,
) -> CarPark:
    """Replace the floors with their zones, from the lowest up, and the entrances.

    Raises CarParkClosed, LayoutInvalid.
    """
    _require_names([floor.name for floor in floors], LONGEST_FLOOR_NAME)
    _require_names([entrance.name for entrance in entrances], LONGEST_ENTRANCE_NAME)
    for floor in floors:
        _require_names(floor.zone_names, LONGEST_ZONE_NAME)
    low, high = HEIGHT_RANGE_CM
    if any(
        e.height_limit_cm is not None and not low <= e.height_limit_cm <= high for e in entrances
    ):
        raise LayoutInvalid
    current = lock_open_car_park(car_park)
    current.floors.all().delete()
    current.entrances.all().delete()
    rows = CarParkFloor.objects.bulk_create(
        CarParkFloor(car_park=current, name=floor.name, sort=sort)
        for sort, floor in enumerate(floors)
    )
    CarParkZone.objects.bulk_create(
        CarParkZone(floor=row, name=name)
        for row, floor in zip(rows, floors, strict=True)
        for name in floor.zone_names
    )
    CarParkEntrance.objects.bulk_create(
        CarParkEntrance(car_park=current, **vars(entrance)) for entrance in entrances
    )
    _record(
        "set_layout",
        current,
        by,
        floors=[floor.name for floor in floors],
        entrances=[entrance.name for entrance in entrances],
    )
    return current


def _require_names(names: Sequence[str], longest: int) -> None:
    """Raises LayoutInvalid unless every name is there, differs from the others and fits its column."""
    if len(set(names)) < len(names) or not all(1 <= len(name) <= longest for name in names):
        raise LayoutInvalid


def _record(verb: str, car_park: CarPark, by: User | None, **facts: Any) -> None:
    audit.record(by=by, verb=verb, subject=f"parking.carpark:{car_park.pk}", **facts)
