"""Reservations, changes and smaller pools at the same instant, each over a connection of its own."""

from datetime import timedelta

from district.kernel import clock, invariants
from parking import errors
from parking import services as parking
from parking.models import PoolSlot, Reservation
from parking.reservations.windows import Window
from tests.factories.members import make_member
from tests.factories.parking import (
    fresh_key,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)
from tests.race import race


def test_one_key_many_times_is_one_reservation(real_db):
    pool, vehicle, window, key = make_reservable_pool(), make_vehicle(), window_in(), fresh_key()

    made = race(*[lambda: make_reservation(pool, vehicle, window=window, key=key)] * 8)

    assert {row.pk for row in made} == {Reservation.objects.get().pk}
    assert list(invariants.offences()) == []


def test_a_member_has_no_more_open_reservations_than_the_limit(real_db):
    pool, member = make_reservable_pool(), make_member()
    vehicles = [make_vehicle(member) for _ in range(5)]

    race(*(lambda vehicle=vehicle: make_reservation(pool, vehicle) for vehicle in vehicles))

    assert Reservation.objects.count() == 3


def test_windows_that_overlap_in_every_way_never_wait_in_a_circle(real_db):
    """Changes between two pools both ways, reservations and cancellations: each ends, none by a deadlock."""
    first, second = make_reservable_pool(50), make_reservable_pool(50)
    second.car_park.merchant = first.car_park.merchant
    second.car_park.feed = None
    second.car_park.save()
    base = window_in(4, length=2)

    def shifted(minutes):
        step = timedelta(minutes=minutes)
        return Window(base.starts_at + step, base.ends_at + step)

    for turn in range(5):
        rows = [make_reservation(pool, window=base) for pool in (first, second) * 3]
        calls = [
            lambda row=row, step=place + turn: parking.change_reservation(
                reservation=row,
                window=shifted(15 * step),
                pool=first if row.pool_id == second.pk else second,
            )
            for place, row in enumerate(rows[:4])
        ]
        calls += [lambda row=row: parking.cancel_reservation(reservation=row) for row in rows[4:]]
        calls += [lambda: make_reservation(first, window=shifted(30))] * 2
        answers = race(*calls)
        assert {type(answer) for answer in answers} == {Reservation}, answers

    assert list(invariants.offences()) == []


def test_reservations_race_a_pool_that_becomes_smaller(real_db):
    pool, window = make_reservable_pool(8), window_in()
    vehicles = [make_vehicle() for _ in range(8)]

    race(
        lambda: parking.set_pool(
            car_park=pool.car_park,
            bay_class="standard",
            capacity=100,
            reservable_capacity=4,
            by=None,
        ),
        *(
            lambda vehicle=vehicle: make_reservation(pool, vehicle, window=window)
            for vehicle in vehicles
        ),
    )

    slot = PoolSlot.objects.get(pool=pool, starts_at=window.starts_at)
    made = Reservation.objects.count()
    assert (slot.reserved, slot.over_by) == (made, max(0, made - 4))
    assert list(invariants.offences()) == []


def test_a_relocation_and_a_cancellation_at_once_have_one_outcome(real_db):
    pool, elsewhere = make_reservable_pool(), make_reservable_pool()
    for _ in range(5):
        made = make_reservation(pool)
        race(
            lambda made=made: parking.relocate_reservation(
                reservation=made, pool=elsewhere, reason="故障", by=None
            ),
            lambda made=made: parking.cancel_reservation(reservation=made),
        )
        made.refresh_from_db()
        assert made.state in {"relocated", "cancelled"}
        assert hasattr(made, "relocated_to") == (made.state == "relocated")

    assert list(invariants.offences()) == []


def test_a_plate_is_registered_by_one_of_many(real_db):
    people = [make_member(f"会员{number}") for number in range(6)]

    answers = race(*(lambda person=person: make_vehicle(person, "浙A12345") for person in people))

    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} == {
        errors.PlateTaken
    }


def test_a_hold_whose_worker_was_killed_is_free_on_time(real_db):
    """Nobody runs the timed task: whoever wants the place ends the hold that is over."""
    pool, window = make_reservable_pool(1), window_in(3)
    held = make_reservation(pool, window=window, hold=True)

    with clock.travel_to(held.hold_expires_at - timedelta(seconds=1)):
        assert isinstance(
            race(lambda: make_reservation(pool, window=window))[0], errors.ReservationFull
        )
    vehicles = [make_vehicle() for _ in range(4)]

    def later(vehicle):
        with clock.travel_to(held.hold_expires_at):
            return make_reservation(pool, vehicle, window=window)

    answers = race(*(lambda vehicle=vehicle: later(vehicle) for vehicle in vehicles))

    assert sum(isinstance(answer, Reservation) for answer in answers) == 1
    assert list(invariants.offences()) == []
