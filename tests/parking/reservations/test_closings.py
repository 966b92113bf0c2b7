"""A car park closes: its reservations find another place nearby, or their deposits go back."""

from decimal import Decimal
from importlib import import_module

import pytest

from district.kernel import clock, jobs
from district.merchants.services import Stretch
from parking import services as parking
from parking.models import CarPark, CarParkClosing, Reservation
from parking.queries.closings import plan_closing
from tests.factories.merchants import make_merchant
from tests.factories.parking import (
    make_car_park,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)

State = Reservation.State


class ThreeCarParks:
    """An operator with a car park that closes, one next to it with two places and one further away with one."""

    def __init__(self) -> None:
        self.merchant = make_merchant()
        self.closing, self.near, self.far = (
            self.pool(places, metres) for places, metres in ((10, 0), (2, 100), (1, 900))
        )
        # Nearer still, but somebody else's.
        self.foreign = make_reservable_pool(10, car_park=make_car_park(**position(10)))
        self.window = window_in(3)

    def pool(self, places, metres):
        car_park = make_car_park(self.merchant, **position(metres))
        return make_reservable_pool(places, car_park=car_park)

    def reserve(self, number):
        return [make_reservation(self.closing, window=self.window) for _ in range(number)]

    def close(self):
        parking.close_car_park(car_park=self.closing.car_park, by=None)

    def outcomes(self, rows):
        found = Reservation.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk")
        return [
            row.relocated_to.pool if row.state == State.RELOCATED else row.state for row in found
        ]


def position(metres):
    north = round(Decimal(metres) / Decimal(111_195), 6)
    return {"latitude": Decimal("30.25") + north, "longitude": Decimal("120.16")}


@pytest.fixture
def district(db):
    return ThreeCarParks()


def test_the_nearest_of_the_operator_first_and_then_none(district):
    rows = district.reserve(4)
    held = make_reservation(district.closing, make_vehicle(), window=district.window, hold=True)
    plan = [move.pool for move in plan_closing(district.closing.car_park)]
    assert plan == [district.near, district.near, district.far, None, None]

    district.close()
    assert parking.close_out_car_parks() is False

    assert district.outcomes([*rows, held]) == [
        district.near,
        district.near,
        district.far,
        State.CANCELLED,
        State.CANCELLED,
    ]
    closing = CarParkClosing.objects.get()
    assert (closing.state, closing.relocated, closing.cancelled) == ("done", 3, 2)
    assert [row.outcome for row in closing.rows.order_by("pk")] == ["relocated"] * 3 + [
        "cancelled"
    ] * 2


def test_a_car_park_that_is_closed_at_that_hour_takes_nobody(district):
    (row,) = district.reserve(1)
    another_day = (district.window.starts_at.astimezone(clock.SHANGHAI).weekday() + 3) % 7
    parking.set_car_park_hours(
        car_park=district.near.car_park, hours=[Stretch(another_day, 600, 601)], by=None
    )
    assert [move.pool for move in plan_closing(district.closing.car_park)] == [district.far]

    district.close()
    parking.close_out_car_parks()

    assert district.outcomes([row]) == [district.far]


def test_a_car_that_is_inside_stays(district):
    (row,) = district.reserve(1)
    with clock.travel_to(row.starts_at):
        parking.note_arrival(reservation=row)
        district.close()
        parking.close_out_car_parks()

    assert district.outcomes([row]) == [State.ARRIVED]


def test_who_is_killed_leaves_the_rest_to_the_next(district):
    rows = district.reserve(3)
    district.close()
    closing = CarParkClosing.objects.get()

    # No time: a step, and the job is left.
    steps = import_module("parking.services.close_out")._steps
    jobs.run_jobs(CarParkClosing.waiting(), steps, seconds=0.001)
    closing.refresh_from_db()
    assert (closing.state, closing.answered) == ("running", 1)

    parking.close_out_car_parks()
    closing.refresh_from_db()
    assert (closing.state, closing.answered) == ("done", 3)
    assert district.outcomes(rows) == [district.near, district.near, district.far]


def test_who_reserved_while_it_closed_is_dealt_with_too(district):
    district.close()
    parking.close_out_car_parks()
    # The terms were asked before it closed.
    CarPark.objects.update(state="open", closed_at=None)
    district.closing.car_park.refresh_from_db()
    (row,) = district.reserve(1)
    CarPark.objects.filter(pk=district.closing.car_park.pk).update(
        state="closed", closed_at=clock.now()
    )
    parking.close_out_car_parks()

    assert district.outcomes([row]) == [district.near]


def test_done_again_nothing_changes(district):
    rows = district.reserve(2)
    district.close()
    parking.close_out_car_parks()
    before = district.outcomes(rows)
    district.close()

    assert parking.close_out_car_parks() is False
    assert (district.outcomes(rows), CarParkClosing.objects.count()) == (before, 1)
