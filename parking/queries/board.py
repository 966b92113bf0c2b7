"""A day of a car park as its reservations fill it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from district.kernel import clock
from parking.models import CarPark, Pool, PoolSlot, Reservation
from parking.queries.reservations import reservations
from parking.reservations.windows import SLOT

_QUARTERS = range(4)
_NEARLY_FULL_PERCENT = 80


@dataclass(frozen=True)
class BoardSlot:
    """A quarter of an hour of a pool: how many hold it, and of how many bays the pool has for them now.

    `tone` is quiet, good, warn or bad; a number always stands beside it.
    """

    starts_at: datetime
    reserved: int
    places: int
    over_by: int
    is_now: bool

    @property
    def tone(self) -> str:
        if self.over_by or self.reserved >= self.places:
            return "bad"
        if not self.reserved:
            return "quiet"
        nearly = self.reserved * 100 >= self.places * _NEARLY_FULL_PERCENT
        return "warn" if nearly else "good"


@dataclass(frozen=True)
class BoardHour:
    """Four quarters, those that are not reserved None."""

    hour: int
    slots: tuple[BoardSlot | None, ...]


@dataclass(frozen=True)
class BoardPool:
    pool: Pool
    hours: list[BoardHour]

    @property
    def over_by(self) -> int:
        """The most that is reserved beyond what the pool has."""
        return max((slot.over_by for hour in self.hours for slot in hour.slots if slot), default=0)


def board_of(car_park: CarPark, day: date) -> list[BoardPool]:
    """Its pools that are reserved, each with the hours of that day for which there are slots. Two queries."""
    start = datetime.combine(day, time.min, clock.SHANGHAI)
    found: dict[int, dict[datetime, PoolSlot]] = {}
    rows = PoolSlot.objects.filter(
        pool__car_park=car_park, starts_at__gte=start, starts_at__lt=start + timedelta(days=1)
    ).exclude(capacity=0, reserved=0)
    for slot in rows:
        found.setdefault(slot.pool_id, {})[slot.starts_at] = slot
    pools = Pool.objects.filter(pk__in=found).order_by("pk")
    return [BoardPool(pool, _hours(start, found[pool.pk])) for pool in pools]


def reservations_holding(pool: Pool, at: datetime) -> QuerySet[Reservation]:
    """Those that hold the slot of an instant."""
    rows = reservations().filter(pool=pool, starts_at__lte=at, holds_until__gt=at)
    return rows.order_by("starts_at", "pk")


def _hours(start: datetime, slots: dict[datetime, PoolSlot]) -> list[BoardHour]:
    hours, now = [], clock.now()
    for number in range(24):
        begins = start + timedelta(hours=number)
        row = tuple(_slot(slots.get(begins + SLOT * quarter), now) for quarter in _QUARTERS)
        if any(row):
            hours.append(BoardHour(number, row))
    return hours


def _slot(slot: PoolSlot | None, now: datetime) -> BoardSlot | None:
    if slot is None:
        return None
    starts_at = slot.starts_at.astimezone(clock.SHANGHAI)
    is_now = starts_at <= now < starts_at + SLOT
    places = slot.capacity - slot.over_by
    return BoardSlot(starts_at, slot.reserved, places, slot.over_by, is_now)
