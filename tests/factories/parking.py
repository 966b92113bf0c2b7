"""The smallest valid car parks, their feeds, readings, plates and reservations."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants.models import Merchant
from parking import services as parking
from parking.models import CarPark, OccupancyFeed, Pool, Reservation, Vehicle
from parking.queries.reservable import pool_to_reserve
from parking.reservations.windows import Window, slot_of
from parking.values import ReadingOutcome, ReportedReading, ReportedRow, RowResult
from tests.factories.members import make_member
from tests.factories.merchants import make_merchant

_numbers = count(1)


def fresh_key() -> Key:
    return Key.of("test", new_id("idem"))


def make_feed(merchant: Merchant | None = None, **fields: Any) -> OccupancyFeed:
    """A system that counts every five minutes."""
    return parking.register_feed(
        merchant=merchant or make_merchant(),
        name=fields.pop("name", f"车牌识别系统{next(_numbers)}"),
        by=None,
        key=fresh_key(),
        **fields,
    )


def make_car_park(
    merchant: Merchant | None = None, *, feed: OccupancyFeed | None = None, **details: Any
) -> CarPark:
    """A car park, counted by the feed if one is given; it has no bays yet."""
    merchant = merchant or (feed.merchant if feed else make_merchant())
    smallest = {"name": f"湖滨地下停车场{next(_numbers)}"}
    car_park = parking.register_car_park(
        merchant=merchant,
        details=parking.CarParkDetails(**smallest | details),
        by=None,
        key=fresh_key(),
    )
    return parking.assign_feed(car_park=car_park, feed=feed, by=None) if feed else car_park


def make_pool(car_park: CarPark | None = None, **fields: Any) -> Pool:
    """A hundred standard bays; without a car park one with a feed of its own."""
    smallest = {"bay_class": "standard", "capacity": 100}
    return parking.set_pool(
        car_park=car_park or make_car_park(feed=make_feed()), by=None, **smallest | fields
    )


def reported(
    pool: Pool, occupied: int, *, measured_at: datetime | None = None, capacity: int | None = None
) -> ReportedRow[ReportedReading]:
    """A row of a report; measured now where nothing else is said."""
    reading = ReportedReading(pool.public_id, occupied, measured_at or clock.now(), capacity)
    return ReportedRow(json.dumps({"pool": pool.public_id, "occupied": occupied}), reading)


def report(pool: Pool, occupied: int, **fields: Any) -> RowResult[ReadingOutcome]:
    """What became of one reading of a pool, reported by its feed."""
    feed = pool.car_park.feed
    assert feed is not None
    (result,) = parking.record_readings(feed=feed, rows=[reported(pool, occupied, **fields)])
    return result


def feed_key_text(feed: OccupancyFeed) -> str:
    """The text of a new key of the feed, as its system would send it."""
    issued = parking.issue_feed_key(feed=feed, by=None, key=fresh_key())
    assert issued.text is not None
    return issued.text


def make_vehicle(member: Member | None = None, plate: str = "", colour: str = "") -> Vehicle:
    """A plate of its own of a member."""
    number = plate or f"浙A{next(_numbers):05d}"
    return parking.register_vehicle(
        member=member or make_member(), plate=number, colour=colour, key=fresh_key()
    )


def make_reservable_pool(
    places: int = 10, *, car_park: CarPark | None = None, **terms: int
) -> Pool:
    """A pool of a car park that is open day and night, of which so many places are reserved ahead."""
    car_park = car_park or make_car_park(feed=make_feed())
    parking.set_car_park_hours(car_park=car_park, hours=[], round_the_clock=True, by=None)
    parking.set_reservation_policy(car_park=car_park, by=None, **terms)
    pool = make_pool(car_park, capacity=100, reservable_capacity=places)
    return pool_to_reserve(pool.public_id)


def window_in(hours: float = 2, *, length: float = 1) -> Window:
    """A window that begins on the grid about so many hours from now."""
    start = slot_of(clock.now() + timedelta(hours=hours))
    return Window(start, start + timedelta(hours=length))


def make_reservation(
    pool: Pool, vehicle: Vehicle | None = None, *, window: Window | None = None, **options: Any
) -> Reservation:
    return parking.reserve_place(
        pool=pool,
        vehicle=vehicle or make_vehicle(),
        window=window or window_in(),
        key=options.pop("key", None) or fresh_key(),
        **options,
    )
