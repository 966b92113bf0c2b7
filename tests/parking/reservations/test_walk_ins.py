"""Places that are reserved for cars that come soon are not free for those who simply come."""

from datetime import timedelta

import pytest

from district.kernel import clock
from parking import services as parking
from parking.queries.availability import admits_walk_in, pool_now, pools_with_live
from parking.reservations.windows import Window, slot_of
from tests.factories.parking import make_reservable_pool, make_reservation, report, window_in

pytestmark = pytest.mark.django_db


def free_places(pool, at):
    return pool_now(pools_with_live(at).get(pk=pool.pk), at).count.free_places


def test_a_reservation_due_soon_takes_a_free_place_and_a_later_one_does_not():
    pool, now = make_reservable_pool(10), clock.now()
    report(pool, 60)
    make_reservation(pool, window=window_in(5))
    assert free_places(pool, now) == 40

    due = make_reservation(pool, window=window_in(0.25))
    assert free_places(pool, now) == 39

    parking.note_arrival(reservation=due)
    assert free_places(pool, now) == 40


def test_a_car_that_did_not_come_in_time_protects_nothing_even_before_the_worker_says_so():
    pool = make_reservable_pool(10)
    made = make_reservation(pool, window=window_in(0.25))

    with clock.travel_to(made.late_until):
        report(pool, 60)
        assert free_places(pool, clock.now()) == 40


def test_a_walk_in_is_let_in_while_all_who_are_due_find_a_place():
    pool = make_reservable_pool(3)
    start = slot_of(clock.now()) + timedelta(minutes=15)
    window = Window(start, start + timedelta(hours=1))
    for _ in range(3):
        make_reservation(pool, window=window)
    assert admits_walk_in(pool, clock.now()) is None

    for occupied, admitted in ((96, True), (97, False), (105, False)):
        report(pool, occupied, measured_at=clock.now())
        assert admits_walk_in(pool, clock.now()) is admitted
