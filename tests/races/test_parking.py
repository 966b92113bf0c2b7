"""Shoppers who want the same places at the same instant, over HTTP."""

import threading

from django.db import connection

from district.kernel import clock, invariants
from district.members.models import Member
from parking import services as parking
from parking.models import PoolSlot, Reservation
from parking.reservations.windows import Window
from tests.factories.parking import (
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)
from tests.race import call_concurrently, statuses
from tests.races.coupon_phones import phones

SHOPPERS, PLACES = 200, 10


def hours(window):
    return window.starts_at.isoformat(), window.ends_at.isoformat()


def counted(pool, window):
    slots = PoolSlot.objects.filter(
        pool=pool, starts_at__gte=window.starts_at, starts_at__lt=window.ends_at
    )
    return set(slots.values_list("reserved", flat=True))


def test_two_hundred_shoppers_for_the_last_ten_places(web):
    pool, near, window = make_reservable_pool(PLACES), make_reservable_pool(1), window_in(5)
    people = phones(web, SHOPPERS)
    vehicles = [make_vehicle(member).public_id for member in Member.objects.order_by("pk")]

    answers = call_concurrently(
        people[0],
        [
            lambda lane, client=client, vehicle=vehicle: client.over(
                lane.connection
            ).reserve_parking(pool.public_id, vehicle, *hours(window))
            for client, vehicle in zip(people, vehicles, strict=True)
        ],
        connections=32,
    )

    assert statuses(answers) == {
        (201, None): PLACES,
        (409, "reservation_full"): SHOPPERS - PLACES,
    }
    refused = [answer for answer in answers if answer.status == 409]
    assert {len(answer.body["windows"]) for answer in refused} == {3}
    assert {other["pool"] for answer in refused for other in answer.body["car_parks"]} == {
        near.public_id
    }
    assert Reservation.objects.filter(state="confirmed").count() == PLACES
    assert counted(pool, window) == {PLACES}
    assert list(invariants.offences()) == []


def test_cancelling_expiring_and_not_coming_at_once_free_a_place_once(web):
    pool, window = make_reservable_pool(60), window_in(0, length=2)
    (shopper,) = phones(web, 1)
    member = Member.objects.get()
    others = make_reservation(pool, window=window)
    for turn in range(50):
        # A hold that is over, or a place for which nobody came: the worker and the member end it at once.
        made = make_reservation(
            pool, make_vehicle(member, "浙A99999"), window=window, hold=turn % 2
        )
        due = made.hold_expires_at or made.late_until

        def end(due=due):
            with clock.travel_to(due):
                parking.end_due_reservations(pool=pool, limit=1)
            connection.close()

        Reservation.objects.filter(pk=others.pk).update(late_until=window.ends_at)
        workers = [threading.Thread(target=end) for _ in range(2)]
        for worker in workers:
            worker.start()
        answers = call_concurrently(
            shopper,
            [lambda lane, made=made: lane.cancel_parking(made.public_id)] * 2,
            connections=2,
        )
        for worker in workers:
            worker.join()
        made.refresh_from_db()
        assert made.state in {"cancelled", "expired", "no_show"}
        assert {answer.status for answer in answers} <= {200, 409}
        ended = Reservation.objects.exclude(pk=others.pk).order_by("holds_until")
        rest = Window(ended.last().holds_until, window.ends_at)
        assert counted(pool, rest) == {1}
    assert list(invariants.offences()) == []


def test_a_plate_is_reserved_once_of_many_at_the_same_instant(web):
    pools, window = [make_reservable_pool(20) for _ in range(4)], window_in(4)
    (shopper,) = phones(web, 1)
    vehicle = make_vehicle(Member.objects.get()).public_id

    answers = call_concurrently(
        shopper,
        [
            lambda lane, pool=pool: lane.reserve_parking(pool.public_id, vehicle, *hours(window))
            for pool in pools * 4
        ],
    )

    # Below the limit of open reservations it is the plate that refuses.
    assert statuses(answers) == {(201, None): 1, (409, "plate_reserved_already"): 15}
    assert Reservation.objects.count() == 1
    assert list(invariants.offences()) == []
