"""Gate events of a car park, and the stays that they come to."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from district.kernel import clock
from parking import services as parking
from parking.models import CarPark, Stay
from parking.plates import normalise, read_plate
from parking.stays.values import (
    GateDirection,
    GateEventOutcome,
    ReportedGateEvent,
)
from parking.values import ReportedRow
from tests.factories.parking import make_car_park, make_feed

PLATE = "浙A12345"
_numbers = count(1)


def make_gated_car_park(**details: Any) -> CarPark:
    """A car park whose gates report with the key of its feed."""
    return make_car_park(feed=make_feed(), **details)


def gate_row(
    car_park: CarPark, direction: str, at: datetime, plate: str = PLATE, **fields: Any
) -> ReportedRow[ReportedGateEvent]:
    """A row of a report; with a ticket instead of the plate where one is given."""
    number = "" if "ticket" in fields else normalise(plate)
    event = ReportedGateEvent(
        event_id=fields.pop("event_id", None) or f"gate-{next(_numbers)}",
        car_park=car_park.public_id,
        direction=GateDirection(direction),
        occurred_at=at,
        plate=number,
        colour=fields.pop("colour", "blue") if number else "",
        kind=(read_plate(number).kind or "") if number else "",
        **fields,
    )
    content = json.dumps({"event_id": event.event_id, "plate": number, "at": at.isoformat()})
    return ReportedRow(content, event)


def pass_gate(car_park: CarPark, *rows: ReportedRow[ReportedGateEvent]) -> list[GateEventOutcome]:
    """What became of these rows, reported by the car park's feed in one report."""
    assert car_park.feed is not None
    results = parking.record_gate_events(feed=car_park.feed, rows=rows)
    return [result.outcome for result in results]


def make_stay(
    car_park: CarPark | None = None, plate: str = PLATE, *, minutes: int = 60, left: bool = False
) -> Stay:
    """A car that drove in so many minutes ago, and has left where that is said."""
    car_park = car_park or make_gated_car_park()
    now = clock.now()
    rows = [gate_row(car_park, "entry", now - timedelta(minutes=minutes), plate)]
    if left:
        rows.append(gate_row(car_park, "exit", now, plate))
    pass_gate(car_park, *rows)
    return Stay.objects.latest("pk")
