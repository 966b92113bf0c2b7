"""How many places a pool has in each quarter of an hour, and who takes which."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from district.kernel import clock
from parking import errors
from parking import services as parking
from parking.models import PoolSlot, Reservation
from parking.reservations.windows import Window
from tests.factories.parking import make_reservable_pool, make_reservation, window_in

pytestmark = pytest.mark.django_db
State = Reservation.State


@pytest.fixture
def pool(db):
    return make_reservable_pool(2)


def test_a_numbered_bay_is_reserved_by_one_at_a_time(pool):
    first, second = parking.add_bays(pool=pool, numbers=["A-01", "A-02"], by=None)
    window = window_in()
    make_reservation(pool, bay=first, window=window)

    with pytest.raises(errors.BayReserved):
        make_reservation(pool, bay=first, window=window)
    assert make_reservation(pool, bay=second, window=window).bay == second
    with pytest.raises(errors.CapacityOutOfBounds):
        parking.add_bays(pool=pool, numbers=["A-03"], by=None)


def test_a_smaller_pool_keeps_what_is_reserved_and_works_it_off(pool):
    window = window_in()
    first, _second = (make_reservation(pool, window=window) for _ in range(2))

    parking.set_pool(
        car_park=pool.car_park, bay_class="standard", capacity=100, reservable_capacity=1, by=None
    )

    slot = PoolSlot.objects.get(pool=pool, starts_at=window.starts_at)
    assert (slot.capacity, slot.reserved, slot.over_by) == (2, 2, 1)
    parking.cancel_reservation(reservation=first)
    slot.refresh_from_db()
    assert (slot.capacity, slot.reserved, slot.over_by) == (1, 1, 0)
    with pytest.raises(errors.ReservationFull):
        make_reservation(pool, window=window)


def test_a_larger_pool_takes_more(pool):
    window = window_in()
    for _ in range(2):
        make_reservation(pool, window=window)

    parking.set_pool(
        car_park=pool.car_park, bay_class="standard", capacity=100, reservable_capacity=3, by=None
    )

    assert make_reservation(pool, window=window).state == State.CONFIRMED


def test_slots_are_made_as_far_ahead_as_reservations_reach(pool):
    assert PoolSlot.objects.filter(pool=pool).count() == 31 * 96
    assert parking.extend_slots() == 0

    with clock.travel_to(clock.now() + timedelta(days=1)):
        assert parking.extend_slots() == 96
    with clock.travel_to(clock.now() + timedelta(days=14)):
        parking.extend_slots()


@pytest.mark.parametrize("terms", [{"hold_minutes": 2}, {"deposit_fen": -1}, {"days_ahead": 30}])
def test_a_policy_stays_within_bounds(pool, terms):
    with pytest.raises(errors.PolicyOutOfBounds):
        parking.set_reservation_policy(car_park=pool.car_park, by=None, **terms)


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"reserved": 3}, "slot_never_overbooked"),
        ({"reserved": -1}, "slot_never_overbooked"),
        ({"over_by": 1}, "slot_over_only_while_full"),
    ],
)
def test_a_slot_is_never_overbooked(pool, change, promise):
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        PoolSlot.objects.filter(pool=pool).update(**change)


def test_the_same_window_again_changes_nothing(pool):
    """Neither is the place kept longer, nor is a numbered bay lost."""
    (bay,) = parking.add_bays(pool=pool, numbers=["E01"], by=None)
    made = make_reservation(pool, window=window_in(2), bay=bay)
    parking.set_reservation_policy(car_park=pool.car_park, late_minutes=45, by=None)
    before = Reservation.objects.values().get()

    with clock.travel_to(made.starts_at + timedelta(minutes=14)):
        parking.change_reservation(
            reservation=made, window=Window(made.starts_at, made.ends_at), pool=pool
        )

    assert Reservation.objects.values().get() == before


def test_a_numbered_bay_goes_along_to_the_new_window_or_the_change_is_refused(pool):
    (bay,) = parking.add_bays(pool=pool, numbers=["E01"], by=None)
    made = make_reservation(pool, window=window_in(2), bay=bay)
    make_reservation(pool, window=window_in(9), bay=bay)

    moved = parking.change_reservation(reservation=made, window=window_in(5))
    with pytest.raises(errors.BayReserved), transaction.atomic():
        parking.change_reservation(reservation=made, window=window_in(9))

    assert (moved.bay, Reservation.objects.get(pk=made.pk).starts_at) == (bay, moved.starts_at)
    assert (
        list(PoolSlot.objects.filter(reserved__gt=0).values_list("reserved", flat=True)) == [1] * 8
    )
