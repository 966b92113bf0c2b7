"""What the demo has of stays: cars that came and went, and what gates missed or misread."""

import json
from datetime import datetime, timedelta
from typing import Any

from district.kernel import clock
from parking import services as parking
from parking.models import CarPark, Stay
from parking.plates import parse_plate
from parking.stays.values import GateDirection, ReportedGateEvent
from parking.values import ReportedRow

# Plate, and minutes before the end at which it was read in and out; None: not at all.
_CARS: tuple[tuple[str, int | None, int | None], ...] = (
    ("浙A10001", 600, 480),
    ("浙AD10002", 400, 130),
    ("浙A10003", 300, None),
    ("浙A10004", 90, None),
    ("浙A1000学", 75, None),
    ("浙B10005", None, 60),
    # One car, of which the exit was misread; nobody has corrected it yet.
    ("浙A10008", 150, None),
    ("浙A100B8", None, 25),
    # Another one, which somebody has.
    ("浙A10006", 200, None),
    ("浙A1000G", None, 45),
)
_NOW = (0, 20, 30)


def play_stays(context: Any) -> None:
    """Of the first car park of both operators."""
    with context.travel_to(*_NOW):
        for counter in context.main_merchants:
            car_park = CarPark.objects.filter(merchant=counter.merchant, source="").earliest("pk")
            _play_car_park(car_park, context)


def _play_car_park(car_park: CarPark, context: Any) -> None:
    assert car_park.feed is not None
    now = clock.now()
    rows = [
        gate_row(car_park, plate, direction, now - timedelta(minutes=minutes))
        for plate, entered, left in _CARS
        for direction, minutes in ((GateDirection.ENTRY, entered), (GateDirection.EXIT, left))
        if minutes is not None
    ]
    # The third car came again: its first exit was lost.
    rows.append(gate_row(car_park, "浙A10003", GateDirection.ENTRY, now - timedelta(minutes=50)))
    unreadable = ReportedRow[ReportedGateEvent](
        '{"event_id": "?"}', detail="event_id 须是 1 至 64 位字母、数字或 . : _ -。"
    )
    parking.record_gate_events(feed=car_park.feed, rows=[*rows, unreadable])
    misread = Stay.objects.filter(car_park=car_park, state=Stay.State.MISSING_ENTRY).latest(
        "left_at"
    )
    parking.correct_plate(stay=misread, plate="浙A10006", by=context.operator)


def gate_row(
    car_park: CarPark, plate: str, direction: GateDirection, at: datetime, event_id: str = ""
) -> ReportedRow[ReportedGateEvent]:
    event_id = event_id or f"{car_park.pk}-{direction}-{at:%Y%m%d%H%M%S}"
    colour, kind = _look_of(plate)
    event = ReportedGateEvent(
        event_id=event_id,
        car_park=car_park.public_id,
        direction=direction,
        occurred_at=at,
        plate=plate,
        colour=colour,
        kind=kind,
        lane="东入口 1" if direction is GateDirection.ENTRY else "西出口 1",
    )
    return ReportedRow(json.dumps({"event_id": event_id}), event)


def _look_of(plate: str) -> tuple[str, str]:
    parsed = parse_plate(plate)
    return parsed.colour, parsed.kind
