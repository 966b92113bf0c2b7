"""What a gate is advised of a car."""

from datetime import timedelta

import pytest

from district.kernel import clock
from parking.queries.vehicles import plate_of
from tests.factories.parking import (
    feed_key_text,
    make_reservable_pool,
    make_reservation,
    report,
    window_in,
)
from tests.factories.stays import gate_row, pass_gate


class Gate:
    def __init__(self, client) -> None:
        self.client = client
        self.pool = make_reservable_pool(100)
        self.car_park = self.pool.car_park
        self.key = feed_key_text(self.car_park.feed)

    def ask(self, plate="浙B00001", **changed):
        asked = {"car_park": self.car_park.public_id, "plate": plate} | changed
        answer = self.client.post(
            "/api/v1/parking/feed/admission",
            asked,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}"},
        )
        if answer.status_code != 200:
            return answer.status_code
        body = answer.json()
        return body["decision"], body["reason"]


@pytest.fixture
def gate(client, db):
    return Gate(client)


def test_a_reserved_car_comes_in_when_it_is_time(gate):
    made = make_reservation(gate.pool, window=window_in(2))
    plate = plate_of(made.vehicle)
    report(gate.pool, 100)
    assert gate.ask(plate) == ("full", "no_place")

    with clock.travel_to(made.admitted_from):
        report(gate.pool, 100)
        assert gate.ask(plate) == ("reserved", "in_time")
        # Of another colour it is another car.
        assert gate.ask(plate, colour="yellow") == ("full", "no_place")
    with clock.travel_to(made.late_until):
        report(gate.pool, 100)
        assert gate.ask(plate) == ("full", "no_place")


def test_a_walk_in_comes_in_while_a_place_is_left(gate):
    assert gate.ask() == ("walk_in", "count_unknown")
    report(gate.pool, 99)
    assert gate.ask() == ("walk_in", "places_free")

    made = make_reservation(gate.pool, window=window_in(0.25))
    with clock.travel_to(made.starts_at - timedelta(minutes=1)):
        assert gate.ask() == ("full", "no_place")


def test_a_car_that_is_inside_is_not_counted_twice(gate):
    pass_gate(gate.car_park, gate_row(gate.car_park, "entry", clock.now(), "浙B00001"))
    report(gate.pool, 100)

    assert gate.ask() == ("walk_in", "inside_already")


def test_a_feed_asks_for_its_own_car_parks(gate):
    other = make_reservable_pool().car_park
    assert gate.ask(car_park=other.public_id) == 404
    assert gate.ask(car_park="cpk_x") == 400
    assert gate.ask("") == 400
    gate.key = "pf_x_y"
    assert gate.ask() == 401
