"""A month of cars of the demo, up to the evening before its last day: so many that the flow of cars has a shape.

Written as `record_gate_events` and `pair_events` would have left it, but all at once, since verbs would take minutes
for what only fills charts; the audit of parking holds for it. Each car comes once a day at most, in and out.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from parking.models import CarPark, GateEvent, Stay
from parking.plates import Plate, parse_plate
from parking.queries.stays import PLATE_PLACE
from parking.queries.tariffs import tariff_version_at
from parking.queries.vehicles import plate_hash
from parking.stays.sealing import digest_of_event, seal_text
from parking.stays.values import GateDirection, ReportedGateEvent

DAYS, CARS = 30, 260
# Of a hundred cars that come on a working day, so many at each hour from seven on.
_COMING = (4, 6, 7, 8, 12, 10, 8, 8, 9, 10, 9, 6, 3)
_OPENS, _WEEKEND = 7, 5
_REPORTED_AFTER = timedelta(seconds=2)


@dataclass(frozen=True)
class _Visit:
    plate: Plate
    entered_at: datetime
    left_at: datetime


def play_month(context: Any) -> None:
    """Of every car park with gates."""
    chance = random.Random(201_610)  # noqa: S311 - a shape, not a secret
    plates = [parse_plate(f"浙{'BCFH'[number % 4]}{30_000 + number}") for number in range(CARS)]
    plates += [parse_plate(f"浙AD{30_000 + number}") for number in range(CARS // 4)]
    sealed = {plate: seal_text(plate.number, place=PLATE_PLACE) for plate in plates}
    hashes = {plate: plate_hash(plate) for plate in plates}
    for car_park in (
        CarPark.objects.select_related("feed").filter(feed__isnull=False).order_by("pk")
    ):
        visits = list(_visits(car_park, plates, context, chance))
        _store(car_park, visits, sealed, hashes)


def _visits(
    car_park: CarPark, plates: list[Plate], context: Any, chance: random.Random
) -> Iterator[_Visit]:
    cars_a_day = 20 + car_park.pk * 7 % 25
    for days_ago in range(DAYS, 0, -1):
        day = context.at(days_ago, _OPENS)
        busy = 1.4 if day.weekday() >= _WEEKEND else 1.0
        for plate in chance.sample(plates, round(cars_a_day * busy)):
            (hour,) = chance.choices(range(len(_COMING)), _COMING)
            entered_at = day + timedelta(hours=hour, seconds=chance.randrange(3_600))
            stayed = timedelta(minutes=min(600, 12 + chance.expovariate(1 / 95)))
            closes = day + timedelta(hours=16, minutes=30, seconds=chance.randrange(1_500))
            yield _Visit(plate, entered_at, min(entered_at + stayed, closes))


def _store(
    car_park: CarPark,
    visits: list[_Visit],
    sealed: dict[Plate, bytes],
    hashes: dict[Plate, bytes],
) -> None:
    """Each visit's two events, and the stay that follows from them."""
    tariff = car_park.tariff
    stays = [
        Stay(
            car_park=car_park,
            plate_hash=hashes[visit.plate],
            plate_sealed=sealed[visit.plate],
            colour=visit.plate.colour,
            kind=visit.plate.kind,
            state=Stay.State.CLOSED,
            entered_at=visit.entered_at,
            left_at=visit.left_at,
            # What was paid at these gates is not told, so nobody is asked for it.
            reckoned_at=visit.left_at,
        )
        for visit in visits
    ]
    entries, exits = (
        [_event(car_park, visit, direction, sealed, hashes) for visit in visits]
        for direction in (GateDirection.ENTRY, GateDirection.EXIT)
    )
    GateEvent.objects.bulk_create([*entries, *exits], batch_size=1_000)
    version = tariff_version_at(tariff, visits[0].entered_at) if tariff and visits else None
    for stay, entry, left in zip(stays, entries, exits, strict=True):
        stay.entry_event, stay.exit_event, stay.tariff_version = entry, left, version
    Stay.objects.bulk_create(stays, batch_size=1_000)
    for stay, entry, left in zip(stays, entries, exits, strict=True):
        entry.stay = left.stay = stay
    GateEvent.objects.bulk_update([*entries, *exits], ["stay"], batch_size=1_000)


def _event(
    car_park: CarPark,
    visit: _Visit,
    direction: GateDirection,
    sealed: dict[Plate, bytes],
    hashes: dict[Plate, bytes],
) -> GateEvent:
    feed, is_entry = car_park.feed, direction is GateDirection.ENTRY
    assert feed is not None
    at = visit.entered_at if is_entry else visit.left_at
    lane = "东入口 1" if is_entry else "西出口 1"
    event_id = f"m{car_park.pk}-{direction}-{visit.plate.colour}-{hashes[visit.plate][:6].hex()}-{at:%m%d%H%M%S}"
    reported = ReportedGateEvent(
        event_id=event_id,
        car_park=car_park.public_id,
        direction=direction,
        occurred_at=at,
        plate=visit.plate.number,
        colour=visit.plate.colour,
        kind=visit.plate.kind,
        lane=lane,
    )
    return GateEvent(
        feed=feed,
        event_id=event_id,
        digest=digest_of_event(reported),
        car_park=car_park,
        direction=direction,
        lane=lane,
        occurred_at=at,
        received_at=at + _REPORTED_AFTER,
        plate_hash=hashes[visit.plate],
        plate_sealed=sealed[visit.plate],
        colour=visit.plate.colour,
        kind=visit.plate.kind,
    )
