"""What the demo has of parking: eight car parks of two operators, two of them imported, six weeks of counts, one feed that fell silent."""

import json
import math
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from district.kernel import clock
from district.kernel.idempotency import Key
from district.merchants.models import Store, Venue
from district.merchants.services import Stretch
from parking import services as parking
from parking.demo_fees import play_fees
from parking.demo_month import play_month
from parking.demo_reratings import play_reratings
from parking.demo_reservations import play_reservations
from parking.demo_stays import play_stays
from parking.demo_wechat import play_wechat_parking
from parking.models import CarPark, OccupancyFeed, Pool, Tariff
from parking.tariff.examples import published_tariffs
from parking.values import ReportedReading, ReportedRow

WEEKS = 6
_INTERVAL = timedelta(minutes=30)
_OPENS, _LAST_COUNT = 7, 20
_SILENT_HOURS = 3
# Half past eight on the last evening, when the demo's year ends.
_NOW = (0, 20, 30)
# Invented, like all positions of the demo's venues.
_CENTRE = (Decimal("30.254300"), Decimal("120.164300"))
# Name, bays by class, metres north of the centre, the fullest share of a weekday and of the weekend in percent.
_CAR_PARKS = (
    ("地下停车场", {"standard": 320, "ev": 24, "accessible": 6, "family": 12}, 0, 78, 104),
    ("北区停车楼", {"standard": 180, "large": 8}, 350, 55, 92),
    ("西侧地面停车场", {"standard": 60, "ev": 12}, -420, 70, 88),
    ("员工停车场", {"standard": 40}, 800, 85, 30),
    ("屋顶停车场", {"standard": 120}, 120, 62, 96),
    ("南区停车楼", {"standard": 150, "family": 6}, -260, 58, 90),
)
_SITES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [120.1568, 30.2561]},
            "properties": {
                "original_uid": "demo-1",
                "name": "湖滨路公共停车场",
                "capacity": 90,
                "capacity_disabled": 3,
                "opening_hours": "24/7",
            },
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [120.1568, 300]},
            "properties": {"original_uid": "demo-2", "name": "坐标有误的停车场", "capacity": 10},
        },
    ],
}


def play_car_parks(context: Any) -> None:
    """The register, an import with a record that cannot be taken, and what two systems counted."""
    counted: list[tuple[Pool, tuple[int, int]]] = []
    silent: list[tuple[Pool, tuple[int, int]]] = []
    with context.travel_to(7 * WEEKS + 1, 9):
        for counter, numbers, pools in zip(
            context.main_merchants, ((0, 1, 4), (2, 3, 5)), (counted, silent), strict=True
        ):
            feed, tariff = _feed(counter, context), _tariff(counter, context)
            pools += [
                (pool, _CAR_PARKS[number][3:5])
                for number in numbers
                for pool in _car_park(counter, number, feed, tariff, context)
            ]
        for counter, pools in zip(context.main_merchants, (counted, silent), strict=True):
            _import_sites(counter, pools[0][0].car_park, context)
    for days_ago in range(7 * WEEKS, -1, -1):
        until = context.at(days_ago, _LAST_COUNT, 30)
        _count_day(counted, until, until)
        _count_day(silent, until, until - timedelta(hours=0 if days_ago else _SILENT_HOURS))
    with context.travel_to(*_NOW):
        for pool, _shares in (counted[0], silent[0]):
            _report_rubbish(pool)


CHAPTERS = [
    ("car parks and how full they were", play_car_parks),
    ("a month of cars", play_month),
    ("cars that came and went", play_stays),
    ("places that were reserved", play_reservations),
    ("cars that WeChat charges after they left", play_wechat_parking),
    ("nights that were too dear", play_reratings),
    ("fees that were paid and given back", play_fees),
]


def _import_sites(counter: Any, known: CarPark, context: Any) -> None:
    """What the city publishes of the operator; its gates and tariff are those of the car park that is known."""
    source = f"demo-{counter.merchant.pk}"
    parking.import_car_parks(
        merchant=counter.merchant,
        source=source,
        format_name="parkapi",
        content=json.dumps(_SITES).encode(),
        by=context.operator,
    )
    for car_park in CarPark.objects.filter(source=source):
        parking.assign_feed(car_park=car_park, feed=known.feed, by=context.operator)
        parking.assign_tariff(car_park=car_park, tariff=known.tariff, by=context.operator)


def _feed(counter: Any, context: Any) -> OccupancyFeed:
    feed = parking.register_feed(
        merchant=counter.merchant,
        name="车牌识别系统",
        interval_minutes=30,
        fresh_minutes=45,
        stale_minutes=90,
        by=context.operator,
        key=_key("feed", counter.merchant.pk),
    )
    parking.issue_feed_key(
        feed=feed, by=context.operator, key=_key("feed-key", counter.merchant.pk)
    )
    return feed


def _tariff(counter: Any, context: Any) -> Tariff:
    """What the operator charges, by a published example."""
    tariff = parking.create_tariff(
        merchant=counter.merchant,
        name="商场停车收费标准",
        by=context.operator,
        key=_key("tariff", counter.merchant.pk),
    )
    draft = parking.save_tariff_draft(
        tariff=tariff,
        document=published_tariffs()["mall_24h_cap"].document,
        by=context.operator,
    )
    parking.publish_tariff_version(version=draft, start=None, by=context.operator)
    return tariff


def _car_park(
    counter: Any, number: int, feed: OccupancyFeed, tariff: Tariff, context: Any
) -> list[Pool]:
    """A car park at the venue of the merchant's first store, with all that can be said of it."""
    name, bays, north_m, _weekday, _weekend = _CAR_PARKS[number]
    store: Store = counter.stores[0]
    latitude, longitude = _position(store.venue)
    car_park = parking.register_car_park(
        merchant=counter.merchant,
        details=parking.CarParkDetails(
            name=f"{store.venue.name}{name}",
            venue=store.venue,
            address=store.venue.address,
            latitude=latitude + round(Decimal(north_m) / Decimal(111_195), 6),
            longitude=longitude,
            height_limit_cm=210,
            fee_note="15 分钟内免费，之后每 15 分钟 1.50 元，24 小时封顶 60 元。",
        ),
        by=context.operator,
        key=_key("car-park", number),
    )
    car_park = parking.assign_feed(car_park=car_park, feed=feed, by=context.operator)
    car_park = parking.assign_tariff(car_park=car_park, tariff=tariff, by=context.operator)
    parking.set_car_park_hours(
        car_park=car_park,
        hours=[Stretch(weekday, 420, 1440) for weekday in range(7)],
        by=context.operator,
    )
    parking.set_layout(
        car_park=car_park,
        floors=[parking.FloorLayout("B2", ("A区", "B区")), parking.FloorLayout("B1", ("A区",))],
        entrances=[
            parking.EntranceLayout("东入口", "in", 210),
            parking.EntranceLayout("西出口", "out"),
        ],
        by=context.operator,
    )
    return [_pool(car_park, bay_class, capacity, context) for bay_class, capacity in bays.items()]


def _pool(car_park: CarPark, bay_class: str, capacity: int, context: Any) -> Pool:
    return parking.set_pool(
        car_park=car_park,
        bay_class=bay_class,
        capacity=capacity,
        reservable_capacity=capacity // 10,
        by=context.operator,
    )


def _position(venue: Venue) -> tuple[Decimal, Decimal]:
    if venue.latitude is None or venue.longitude is None:
        return _CENTRE
    return venue.latitude, venue.longitude


def _count_day(pools: list[tuple[Pool, tuple[int, int]]], until: datetime, last: datetime) -> None:
    """The counts of a day until its last one, reported in the evening."""
    rows = []
    at = until.replace(hour=_OPENS, minute=0)
    while at <= last:
        for pool, (weekday_percent, weekend_percent) in pools:
            percent = weekend_percent if at.weekday() >= 5 else weekday_percent  # noqa: PLR2004
            rows.append(_row(pool, _occupied(pool, percent, at), at))
        at += _INTERVAL
    with clock.travel_to(until):
        parking.record_readings(feed=_feed_of(pools[0][0]), rows=rows)


def _occupied(pool: Pool, percent: int, at: datetime) -> int:
    """Few in the morning, most at two in the afternoon, and no two days quite alike."""
    hour = at.hour + at.minute / 60
    wave = max(0.0, math.sin(math.pi * (hour - _OPENS) / (24 - _OPENS)))
    swing = 1 + 0.06 * math.sin(at.toordinal() * 1.7 + pool.pk)
    return max(0, round(pool.capacity * percent / 100 * wave * swing))


def _row(pool: Pool, occupied: int, at: datetime) -> ReportedRow[ReportedReading]:
    content = {"pool": pool.public_id, "occupied": occupied, "measured_at": at.isoformat()}
    reading = ReportedReading(pool.public_id, occupied, at)
    return ReportedRow(json.dumps(content), reading)


def _report_rubbish(pool: Pool) -> None:
    """What feeds send now and then: a word for a number, and a count from yesterday."""
    unreadable = ReportedRow[ReportedReading](
        '{"pool": "P1", "occupied": "?"}', detail="pool 须是车位池编号（pol_…）。"
    )
    late = _row(pool, 12, clock.now() - timedelta(days=1, minutes=7))
    parking.record_readings(feed=_feed_of(pool), rows=[unreadable, late])


def _feed_of(pool: Pool) -> OccupancyFeed:
    feed = pool.car_park.feed
    assert feed is not None
    return feed


def _key(name: str, number: int) -> Key:
    return Key.of("demo:parking", f"{name}-{number}")
