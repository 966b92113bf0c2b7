"""A reservation from its hold to its end, and what the slots say of it."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from district.kernel import clock
from district.kernel.errors import KeyReused, ProposalDecided
from parking import errors
from parking import services as parking
from parking.models import NoShowContest, PoolSlot, Reservation
from parking.queries.reservations import shopper_record
from parking.reservations.windows import Window
from tests.factories.members import make_member, make_operator
from tests.factories.parking import (
    fresh_key,
    make_car_park,
    make_feed,
    make_pool,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)

pytestmark = pytest.mark.django_db
State = Reservation.State


def reserved(pool, window):
    """How many reservations each slot of the window counts."""
    slots = PoolSlot.objects.filter(
        pool=pool, starts_at__gte=window.starts_at, starts_at__lt=window.ends_at
    )
    return list(slots.order_by("starts_at").values_list("reserved", flat=True))


@pytest.fixture
def pool(db):
    return make_reservable_pool(2)


def test_a_place_is_confirmed_at_once_and_counted_in_each_slot(pool):
    window = window_in(2, length=1)

    made = make_reservation(pool, window=window)

    assert made == Reservation.objects.get()
    assert (
        vars(Reservation.objects.get()).items()
        >= {name: value for name, value in vars(made).items() if not name.startswith("_")}.items()
    )
    assert (made.state, reserved(pool, window)) == (State.CONFIRMED, [1] * 4)


def test_the_same_key_is_the_same_reservation_also_when_time_went_on(pool):
    vehicle, window, key = make_vehicle(), window_in(), fresh_key()
    first = make_reservation(pool, vehicle, window=window, key=key)

    assert make_reservation(pool, vehicle, window=window, key=key) == first
    with clock.travel_to(window.ends_at):
        assert make_reservation(pool, vehicle, window=window, key=key) == first
    assert reserved(pool, window) == [1] * 4


def test_the_places_of_a_pool_and_no_more_and_what_fits_instead(pool):
    window = window_in(5, length=1)
    near = make_reservable_pool(1, car_park=make_car_park(feed=make_feed()))
    for _ in range(2):
        make_reservation(pool, window=window)

    with pytest.raises(errors.ReservationFull) as refused:
        make_reservation(pool, window=window)

    earlier, later = (
        Window(window.starts_at + timedelta(hours=h), window.ends_at + timedelta(hours=h))
        for h in (-1, 1)
    )
    written = [
        {
            "starts_at": w.starts_at.astimezone(clock.SHANGHAI).isoformat(),
            "ends_at": w.ends_at.astimezone(clock.SHANGHAI).isoformat(),
        }
        for w in (earlier, later)
    ]
    assert refused.value.facts["windows"][:2] == written
    assert [other["pool"] for other in refused.value.facts["car_parks"]] == [near.public_id]
    assert reserved(pool, window) == [2] * 4


def test_a_full_slot_in_the_middle_is_enough_to_refuse_and_nothing_stays(pool):
    middle = window_in(3, length=0.25)
    for _ in range(2):
        make_reservation(pool, window=middle)
    around = Window(
        middle.starts_at - timedelta(minutes=30), middle.ends_at + timedelta(minutes=30)
    )

    with pytest.raises(errors.ReservationFull):
        make_reservation(pool, window=around)

    assert reserved(pool, around) == [0, 0, 2, 0, 0]
    assert Reservation.objects.count() == 2


def test_a_plate_has_one_reservation_at_a_time(pool):
    vehicle, window = make_vehicle(), window_in(2)
    make_reservation(pool, vehicle, window=window)
    elsewhere = make_reservable_pool()

    with pytest.raises(errors.PlateReservedAlready):
        make_reservation(elsewhere, vehicle, window=window)
    after = Window(window.ends_at, window.ends_at + timedelta(hours=1))
    assert make_reservation(elsewhere, vehicle, window=after).state == State.CONFIRMED


def test_so_many_open_reservations_a_member(pool):
    member = make_member()
    for number in range(settings.PARKING_MOST_RESERVATIONS):
        make_reservation(pool, make_vehicle(member), window=window_in(2 + 3 * number))

    with pytest.raises(errors.TooManyReservations):
        make_reservation(pool, make_vehicle(member), window=window_in(20))


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        (lambda: window_in(2, length=0), "order"),
        (lambda: window_in(-2), "past"),
        (lambda: window_in(2, length=13), "long"),
        (lambda: window_in(24 * 15), "far"),
    ],
)
def test_an_impossible_window_is_refused(pool, window, problem):
    with pytest.raises(errors.WindowInvalid) as refused:
        make_reservation(pool, window=window())

    assert refused.value.facts == {"problem": problem}


def test_what_is_not_reservable_is_not_reserved(pool):
    closed = make_reservable_pool()
    parking.close_car_park(car_park=closed.car_park, by=None)
    closed.refresh_from_db()
    for other in (make_pool(), make_reservable_pool(0), closed):
        with pytest.raises(errors.NotReservable):
            make_reservation(other)


def test_a_car_park_that_is_closed_then_is_not_reserved(pool):
    parking.set_car_park_hours(car_park=pool.car_park, hours=[parking_hours()], by=None)
    pool.car_park.refresh_from_db()

    with pytest.raises(errors.CarParkNotOpen):
        make_reservation(pool, window=window_in(24))


def parking_hours():
    from district.merchants.services import Stretch

    weekday = (clock.now().astimezone(clock.SHANGHAI).weekday() + 3) % 7
    return Stretch(weekday, 600, 601)


def test_a_hold_is_confirmed_or_ends_by_itself(pool):
    first, second = make_reservation(pool, hold=True), make_reservation(pool, hold=True)
    assert (first.state, first.hold_expires_at - first.created_at) == (
        State.HELD,
        timedelta(minutes=10),
    )

    parking.confirm_reservation(reservation=first)
    with clock.travel_to(clock.now() + timedelta(minutes=10)):
        assert parking.end_due_reservations() == 1
        with pytest.raises(errors.ReservationNotOpen):
            parking.confirm_reservation(reservation=second)

    assert {r.pk: r.state for r in Reservation.objects.all()} == {
        first.pk: State.CONFIRMED,
        second.pk: State.EXPIRED,
    }
    assert reserved(pool, Window(first.starts_at, first.ends_at)) == [1] * 4


def test_a_full_pool_gives_up_holds_that_are_over_although_no_worker_runs(pool):
    window = window_in(2)
    for _ in range(2):
        make_reservation(pool, window=window, hold=True)

    with clock.travel_to(clock.now() + timedelta(minutes=10)):
        assert make_reservation(pool, window=window).state == State.CONFIRMED
    assert reserved(pool, window) == [1] * 4


def test_a_cancelled_place_is_free_again_once(pool):
    made = make_reservation(pool)

    parking.cancel_reservation(reservation=made, reason="改期")
    parking.cancel_reservation(reservation=made)

    made.refresh_from_db()
    assert (made.state, made.reason) == (State.CANCELLED, "改期")
    assert reserved(pool, Window(made.starts_at, made.ends_at)) == [0] * 4


def test_a_change_takes_the_new_window_before_it_gives_up_the_old(pool):
    made = make_reservation(pool, window=window_in(2, length=1))
    wanted = Window(made.starts_at + timedelta(minutes=30), made.ends_at + timedelta(minutes=30))

    parking.change_reservation(reservation=made, window=wanted)

    made.refresh_from_db()
    assert (made.starts_at, made.ends_at) == (wanted.starts_at, wanted.ends_at)
    whole = Window(wanted.starts_at - timedelta(minutes=30), wanted.ends_at)
    assert reserved(pool, whole) == [0, 0, 1, 1, 1, 1]


def test_a_change_into_a_full_window_changes_nothing(pool):
    made = make_reservation(pool, window=window_in(2))
    full = window_in(6)
    for _ in range(2):
        make_reservation(pool, window=full)

    with pytest.raises(errors.ReservationFull), transaction.atomic():
        parking.change_reservation(reservation=made, window=full)
    assert reserved(pool, Window(made.starts_at, made.ends_at)) == [1] * 4


def test_what_has_ended_is_not_changed(pool):
    made = parking.cancel_reservation(reservation=make_reservation(pool))

    with pytest.raises(errors.ReservationNotOpen):
        parking.change_reservation(reservation=made, window=window_in(4))


def test_a_car_comes_early_late_and_leaves_early(pool):
    made = make_reservation(pool, window=window_in(2, length=2))
    with pytest.raises(errors.TooEarly):
        parking.note_arrival(reservation=made, at=made.starts_at - timedelta(minutes=31))

    parking.note_arrival(reservation=made, at=made.starts_at + timedelta(minutes=29))
    parking.note_arrival(reservation=made, at=made.starts_at + timedelta(minutes=40))
    left_at = made.starts_at + timedelta(minutes=50)
    parking.complete_reservation(reservation=made, at=left_at)
    parking.complete_reservation(reservation=made, at=left_at + timedelta(minutes=20))

    made.refresh_from_db()
    assert (made.state, made.ended_at) == (State.COMPLETED, left_at)
    assert made.arrived_at == made.starts_at + timedelta(minutes=29)
    assert reserved(pool, Window(made.starts_at, made.ends_at)) == [1] * 4 + [0] * 4


def test_a_car_that_stays_longer_keeps_its_reservation_until_it_leaves(pool):
    made = make_reservation(pool, window=window_in(2))
    parking.note_arrival(reservation=made, at=made.starts_at)

    done = parking.complete_reservation(reservation=made, at=made.ends_at + timedelta(hours=3))

    assert (done.state, done.holds_until) == (State.COMPLETED, made.ends_at)


def not_come(pool, vehicle=None):
    """A reservation whose car did not come."""
    made = make_reservation(pool, vehicle, window=window_in(2, length=2))
    with clock.travel_to(made.late_until):
        parking.end_due_reservations()
    made.refresh_from_db()
    return made


def test_a_place_nobody_came_for_is_free_for_the_rest_of_its_window(pool):
    made = not_come(pool)

    assert (made.state, made.late_until - made.starts_at) == (
        State.NO_SHOW,
        timedelta(minutes=30),
    )
    assert reserved(pool, Window(made.starts_at, made.ends_at)) == [1, 1] + [0] * 6
    with pytest.raises(errors.ReservationNotOpen):
        parking.note_arrival(reservation=made)


def test_a_no_show_is_contested_within_a_week_and_counts_no_more(pool):
    member = make_member()
    made = not_come(pool, make_vehicle(member))
    at = made.ended_at + timedelta(days=7)
    with (
        clock.travel_to(at + timedelta(seconds=1)),
        pytest.raises(errors.ContestTooLate),
    ):
        parking.contest_no_show(reservation=made, statement="我到了")
    with clock.travel_to(at):
        assert shopper_record(member, at).lines[1].count == 1
        contest = parking.contest_no_show(reservation=made, statement="道闸没有识别")
        assert parking.contest_no_show(reservation=made, statement="又") == contest

        parking.decide_contest(contest=contest, accept=True, by=make_operator())

        assert shopper_record(member, at).lines[1].count == 0
    with pytest.raises(ProposalDecided):
        parking.decide_contest(contest=contest, accept=False, by=make_operator("b"))
    assert NoShowContest.objects.get().statement == "道闸没有识别"


def test_only_a_no_show_is_contested(pool):
    with pytest.raises(errors.ReservationNotOpen):
        parking.contest_no_show(reservation=make_reservation(pool), statement="?")


def test_a_reservation_moves_to_another_car_park_when_its_own_closes(pool):
    made, elsewhere = make_reservation(pool), make_reservable_pool(1)

    moved = parking.relocate_reservation(
        reservation=made, pool=elsewhere, reason="设备故障", by=None
    )

    again = parking.relocate_reservation(
        reservation=made, pool=elsewhere, reason="设备故障", by=None
    )
    made.refresh_from_db()
    window = Window(made.starts_at, made.ends_at)
    assert again == moved
    assert (made.state, moved.state, moved.relocated_from) == (
        State.RELOCATED, State.CONFIRMED, made,
    )  # fmt: skip
    assert (reserved(pool, window), reserved(elsewhere, window)) == ([0] * 4, [1] * 4)
    assert moved.free_cancel_until == moved.starts_at


def test_who_is_moved_amid_the_window_is_waited_for_as_long_again(pool):
    made, elsewhere = make_reservation(pool, window=window_in(2)), make_reservable_pool()
    with clock.travel_to(made.starts_at + timedelta(minutes=20)):
        moved = parking.relocate_reservation(
            reservation=made, pool=elsewhere, reason="设备故障", by=None
        )

    assert moved.late_until == made.starts_at + timedelta(minutes=50)


def test_a_relocation_into_a_full_pool_is_refused(pool):
    made, elsewhere = make_reservation(pool), make_reservable_pool(1)
    make_reservation(elsewhere, window=Window(made.starts_at, made.ends_at))

    with pytest.raises(errors.ReservationFull), transaction.atomic():
        parking.relocate_reservation(reservation=made, pool=elsewhere, reason="", by=None)


def test_a_key_is_not_used_for_another_window(pool):
    from district.kernel.idempotency import Key

    vehicle = make_vehicle()
    make_reservation(pool, vehicle, key=Key.of("t", "1", hours=2))

    with pytest.raises(KeyReused):
        make_reservation(pool, vehicle, window=window_in(8), key=Key.of("t", "1", hours=8))


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"state": "vip"}, "reservation_"),
        ({"state": "arrived"}, "reservation_arrived_iff_dated"),
        ({"state": "cancelled"}, "reservation_ended_iff_dated"),
        ({"state": "held"}, "reservation_held_for_a_while"),
        ({"deposit_fen": 100_001}, "reservation_of_known_state_and_deposit"),
    ],
)
def test_the_table_refuses_what_no_verb_writes(pool, change, promise):
    made = make_reservation(pool)
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Reservation.objects.filter(pk=made.pk).update(**change)
