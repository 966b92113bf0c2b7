"""Reservations follow what the gates read, in whatever order it is reported."""

from datetime import timedelta
from importlib import import_module

import pytest

from district.kernel import clock, invariants
from parking import services as parking
from parking.models import PoolSlot, Reservation, Stay, Vehicle
from parking.queries.vehicles import plate_of
from parking.reservations.windows import Window
from tests.factories.parking import (
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    report,
    window_in,
)
from tests.factories.stays import gate_row, make_stay, pass_gate
from tests.race import race

State = Reservation.State


class ReservedCar:
    """A reservation of two hours from now, and its car."""

    def __init__(self, places: int = 10) -> None:
        self.pool = make_reservable_pool(places)
        self.car_park = self.pool.car_park
        self.made = make_reservation(self.pool, window=window_in(2, length=2))
        self.plate = plate_of(self.made.vehicle)

    def at(self, minutes: float):
        """So long after the window began."""
        return self.made.starts_at + timedelta(minutes=minutes)

    def row(self, direction, minutes, **fields):
        return gate_row(self.car_park, direction, self.at(minutes), self.plate, **fields)

    def report(self, *rows, now: float):
        with clock.travel_to(self.at(now)):
            pass_gate(self.car_park, *rows)

    def sweep(self, minutes: float):
        with clock.travel_to(self.at(minutes)):
            return parking.end_due_reservations()

    @property
    def current(self):
        self.made.refresh_from_db()
        return self.made

    def reserved(self) -> list[int]:
        rows = PoolSlot.objects.filter(
            pool=self.pool, starts_at__gte=self.made.starts_at, starts_at__lt=self.made.ends_at
        )
        return list(rows.order_by("starts_at").values_list("reserved", flat=True))


@pytest.fixture
def car(db):
    return ReservedCar()


def test_an_entry_arrives_and_an_exit_completes(car):
    car.report(car.row("entry", -10), now=0)
    assert (car.current.state, car.made.arrived_at) == (State.ARRIVED, car.at(-10))
    assert car.made.stay.entered_at == car.at(-10)

    car.report(car.row("exit", 40), now=41)
    assert (car.current.state, car.made.ended_at) == (State.COMPLETED, car.at(40))
    assert car.reserved() == [1, 1, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_reports_does_not_matter(car, order):
    rows = [car.row("entry", 5), car.row("exit", 65)]
    for place in order:
        car.report(rows[place], now=70)

    assert (car.current.state, car.made.ended_at) == (State.COMPLETED, car.at(65))


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-31, State.CONFIRMED), (-30, State.ARRIVED), (29, State.ARRIVED), (30, State.CONFIRMED)],
)
def test_a_car_comes_in_time_or_not(car, minutes, state):
    car.report(car.row("entry", minutes), now=minutes)

    assert car.current.state == state


def test_who_comes_early_and_is_let_in_has_arrived_once_the_time_has_come(car):
    car.report(car.row("entry", -90), now=-90)
    assert car.current.state == State.CONFIRMED

    car.sweep(60)
    assert (car.current.state, car.made.arrived_at) == (State.ARRIVED, car.at(-30))


def test_an_entry_that_is_reported_late_undoes_the_no_show(car):
    car.sweep(31)
    assert car.current.state == State.NO_SHOW
    contest = parking.contest_no_show(reservation=car.made, statement="车辆已到场")

    car.report(car.row("entry", 10), now=50)

    assert (car.current.state, car.made.ended_at) == (State.ARRIVED, None)
    assert car.reserved() == [1] * 8
    contest.refresh_from_db()
    assert (contest.state, contest.note) == ("accepted", "过闸记录显示车辆按时到场")


def test_where_the_place_was_taken_meanwhile_the_reservation_is_completed_without_it(db):
    car = ReservedCar(places=1)
    car.sweep(31)
    with clock.travel_to(car.at(45)):
        other = make_reservation(car.pool, window=window_in(0.5, length=0.5))

    car.report(car.row("entry", 10), now=50)

    assert (car.current.state, car.made.arrived_at) == (State.COMPLETED, car.at(10))
    other.refresh_from_db()
    assert other.state == State.CONFIRMED


def test_an_entry_after_the_place_was_given_up_is_one_without_a_reservation(car):
    car.report(car.row("entry", 31), now=32)
    car.sweep(33)

    assert car.current.state == State.NO_SHOW


def test_who_stays_too_long_has_no_reservation_any_more(car):
    car.report(car.row("entry", 0), now=1)
    car.sweep(125)
    assert (car.current.state, car.made.ended_at) == (State.COMPLETED, car.made.ends_at)

    car.report(car.row("exit", 150), now=151)
    assert car.current.ended_at == car.made.ends_at


def test_whose_place_is_taken_by_a_car_that_stays_too_long_is_no_no_show(car):
    car.report(car.row("entry", 0), now=1)
    following = make_reservation(car.pool, make_vehicle(), window=window_in(4, length=1))
    with clock.travel_to(car.at(121)):
        report(car.pool, 100)
        parking.end_due_reservations()
        following.refresh_from_db()
        assert following.displaced_by == car.current.stay

    car.sweep(155)
    following.refresh_from_db()
    assert (following.state, following.reason) == (State.CANCELLED, "车位被超时车辆占用")


def test_a_car_that_has_the_place_for_another_hour_displaces_nobody(car):
    """Reserved twice in a row: when the first is over, its car stands there by right."""
    next_hour = Window(car.made.ends_at, car.made.ends_at + timedelta(hours=1))
    own = make_reservation(car.pool, car.made.vehicle, window=next_hour)
    other = make_reservation(car.pool, window=next_hour)
    car.report(car.row("entry", 0), now=1)

    with clock.travel_to(car.at(121)):
        report(car.pool, 100)
        parking.end_due_reservations()

    assert (car.current.state, car.made.stay) == (State.COMPLETED, Stay.objects.get())
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.state, other.displaced_by) == (State.ARRIVED, None)


def test_who_moves_on_from_a_taken_place_may_be_a_no_show_like_others(car):
    Reservation.objects.update(displaced_by=make_stay())

    parking.change_reservation(reservation=car.made, window=window_in(6))
    with clock.travel_to(car.current.late_until):
        parking.end_due_reservations()

    assert (car.current.state, car.made.displaced_by) == (State.NO_SHOW, None)


def test_a_no_show_of_a_plate_that_was_removed_is_undone_without_a_place(car):
    car.sweep(31)
    with clock.travel_to(car.at(40)):
        parking.remove_vehicle(vehicle=car.made.vehicle)

    car.report(car.row("entry", 10), now=50)

    assert (car.current.state, car.made.arrived_at) == (State.COMPLETED, car.at(10))
    assert car.reserved() == [1, 1, 1, 0, 0, 0, 0, 0]
    assert list(invariants.offences()) == []


def test_a_no_show_that_is_undone_races_the_removal_of_its_plate(real_db):
    for _ in range(4):
        car = ReservedCar()
        car.sweep(31)
        race(
            lambda car=car: car.report(car.row("entry", 10), now=50),
            lambda car=car: parking.remove_vehicle(vehicle=car.made.vehicle),
        )
        removed = Vehicle.objects.get(pk=car.made.vehicle_id).removed_at is not None
        assert car.current.state == (State.COMPLETED if removed else State.ARRIVED)
    assert list(invariants.offences()) == []


def test_a_correction_after_a_season_and_a_sweep_after_a_long_weekend(car):
    """What is followed does not depend on how long ago it was."""
    car.report(car.row("entry", 0), now=1)
    with clock.travel_to(car.made.ends_at + timedelta(days=4)):
        parking.end_due_reservations()
    assert (car.current.state, car.made.ended_at) == (State.COMPLETED, car.made.ends_at)

    with clock.travel_to(car.made.ends_at + timedelta(days=100)):
        parking.correct_plate(stay=car.made.stay, plate="浙A99999", by=None)
    assert car.current.stay is None
    assert list(invariants.offences()) == []


def test_a_contest_that_the_gate_decided_is_open_again_when_it_misread(car):
    car.sweep(31)
    contest = parking.contest_no_show(reservation=car.made, statement="车辆已到场")
    car.report(car.row("entry", 10), now=50)

    with clock.travel_to(car.at(60)):
        parking.correct_plate(stay=car.current.stay, plate="浙A99999", by=None)
        parking.end_due_reservations()

    contest.refresh_from_db()
    assert (car.current.state, contest.state, contest.decided_at) == (State.NO_SHOW, "open", None)


def test_a_plate_that_was_misread_gives_the_arrival_back(car):
    car.report(car.row("entry", 0), now=1)

    with clock.travel_to(car.at(5)):
        parking.correct_plate(stay=car.current.stay, plate="浙A99999", by=None)
    assert (car.current.state, car.made.arrived_at, car.made.stay) == (
        State.CONFIRMED,
        None,
        None,
    )


def test_what_was_not_followed_when_it_was_reported_is_swept_up(car, monkeypatch):
    """The process died after the events were stored."""
    monkeypatch.setattr(
        import_module("parking.services.record_gate_events"), "_follow", lambda *_: None
    )
    car.report(car.row("entry", 0), now=1)
    assert car.current.state == State.CONFIRMED

    car.sweep(2)
    assert car.current.state == State.ARRIVED


def test_done_again_nothing_changes(car):
    car.report(car.row("entry", 0), car.row("exit", 30), now=31)
    before = Reservation.objects.values().get()

    with clock.travel_to(car.at(40)):
        assert parking.follow_stays() == 0
    assert Reservation.objects.values().get() == before


def test_an_arrival_that_races_the_sweep_is_one_whoever_comes_first(real_db):
    for _ in range(5):
        car = ReservedCar()

        def arrive(car=car):
            car.report(car.row("entry", 29), now=31)

        race(arrive, *[lambda car=car: car.sweep(31)] * 3)
        car.sweep(31)

        assert car.current.state == State.ARRIVED
        assert car.reserved() == [1] * 8
    assert list(invariants.offences()) == []
