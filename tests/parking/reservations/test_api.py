"""Plates and reservations on the phone."""

from datetime import timedelta

import pytest
from django.test import Client

from district.kernel import clock
from parking import services as parking
from tests.factories.members import bearer, make_member
from tests.factories.parking import (
    fresh_key,
    make_pool,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)

pytestmark = pytest.mark.django_db
PATH = "/api/v1/me/parking/reservations"


@pytest.fixture
def member(db):
    return make_member()


@pytest.fixture
def phone(member):
    return phone_of(member)


def phone_of(member):
    return Client(raise_request_exception=False, **bearer(member))


def post(phone, path, body=None):
    headers = {"Idempotency-Key": fresh_key().key}
    return phone.post(path, body, content_type="application/json", headers=headers)


def wish(pool, vehicle, window=None, **more):
    window = window or window_in(3)
    return {
        "pool": pool.public_id,
        "vehicle": vehicle.public_id,
        "starts_at": window.starts_at.isoformat(),
        "ends_at": window.ends_at.isoformat(),
    } | more


def test_a_plate_is_registered_made_the_default_and_removed(phone):
    first = post(phone, "/api/v1/me/vehicles", {"plate": "浙a·12345"}).json()
    second = post(phone, "/api/v1/me/vehicles", {"plate": "浙AD12345", "colour": "green"}).json()
    post(phone, f"/api/v1/me/vehicles/{second['id']}/default")

    listed = phone.get("/api/v1/me/vehicles").json()["results"]
    assert [(row["plate"], row["kind"], row["is_default"]) for row in listed] == [
        ("浙AD12345", "new_energy", True),
        ("浙A12345", "standard", False),
    ]
    assert phone.delete(f"/api/v1/me/vehicles/{first['id']}").status_code == 204
    assert phone.delete(f"/api/v1/me/vehicles/{first['id']}").status_code == 404


def test_a_plate_of_somebody_else_is_disputed_and_tells_nothing(phone):
    taken = make_vehicle(make_member("小王"), "浙A12345")
    made = make_reservation(make_reservable_pool(), taken)

    refused = post(phone, "/api/v1/me/vehicles", {"plate": "浙A12345"})
    disputed = post(
        phone, "/api/v1/me/vehicles/disputes", {"plate": "浙A12345", "statement": "我的车"}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "plate_taken")
    assert (disputed.status_code, disputed.json()["state"]) == (201, "open")
    assert phone.get(f"{PATH}/{made.public_id}").status_code == 404
    assert phone.get(PATH).json()["results"] == []


@pytest.mark.parametrize("plate", ["", "hello", "浙A1234O", "12345678", "浙A\u202e2345"])
def test_plates_of_nonsense_are_refused(phone, plate):
    assert post(phone, "/api/v1/me/vehicles", {"plate": plate}).status_code == 400


def test_a_place_is_reserved_in_few_queries(phone, member, django_assert_num_queries):
    pool, vehicle = make_reservable_pool(), make_vehicle(member, "浙A12345")

    # The session, the pool with the plate, the function between its savepoint's two ends.
    with django_assert_num_queries(5):
        answer = post(phone, PATH, wish(pool, vehicle))

    made = answer.json()
    assert answer.status_code == 201
    assert (made["state"], made["plate"], made["deposit_order"]) == ("confirmed", "浙A***45", None)
    assert phone.get(f"{PATH}/{made['id']}").json() == made


def test_what_is_not_the_members_or_not_reservable_is_refused(phone, member):
    pool, vehicle, removed = make_reservable_pool(1), make_vehicle(member), make_vehicle(member)
    parking.remove_vehicle(vehicle=removed)
    closed, foreign = make_reservable_pool(), make_vehicle()
    parking.close_car_park(car_park=closed.car_park, by=None)
    post(phone, PATH, wish(pool, vehicle))
    other = make_vehicle(member)

    def refused(pool, vehicle):
        answer = post(phone, PATH, wish(pool, vehicle))
        return answer.status_code, answer.json()["code"]

    assert refused(pool, removed) == refused(pool, foreign) == (404, "not_found")
    for unfit in (make_pool(), closed):
        assert refused(unfit, other) == (409, "car_park_not_reservable")
    near = make_reservable_pool()
    full = post(phone, PATH, wish(pool, other)).json()
    assert full["code"] == "reservation_full"
    assert [row["pool"] for row in full["car_parks"]] == [near.public_id]


def test_a_reservation_is_held_confirmed_changed_and_cancelled(phone, member):
    made = post(phone, PATH, wish(make_reservable_pool(), make_vehicle(member), hold=True)).json()
    path = f"{PATH}/{made['id']}"
    later = window_in(5)
    hours = {"starts_at": later.starts_at.isoformat(), "ends_at": later.ends_at.isoformat()}

    assert post(phone, f"{path}/confirm").json()["state"] == "confirmed"
    assert clock.instant(post(phone, f"{path}/change", hours).json()["starts_at"]) == (
        later.starts_at
    )
    assert post(phone, f"{path}/cancel").json()["state"] == "cancelled"
    refused = post(phone, f"{path}/confirm")
    assert (refused.status_code, refused.json()["code"]) == (409, "reservation_not_open")


@pytest.mark.parametrize(
    ("start", "length", "problem"),
    [(-3, 1, "past"), (3, 0, "order"), (3, 13, "long"), (24 * 20, 1, "far"), (3, 1 / 60, "grid")],
)
def test_impossible_windows_say_why(phone, member, start, length, problem):
    body = wish(make_reservable_pool(), make_vehicle(member), window_in(start, length=length))

    refused = post(phone, PATH, body)

    assert (refused.status_code, refused.json()["code"]) == (400, "reservation_window_invalid")
    assert refused.json()["problem"] == problem


def test_a_no_show_is_contested_and_the_record_says_it(phone, member):
    made = make_reservation(make_reservable_pool(), make_vehicle(member))
    with clock.travel_to(made.late_until + timedelta(seconds=1)):
        parking.end_due_reservations()

    answer = post(phone, f"{PATH}/{made.public_id}/contest", {"statement": "已到场"})

    assert (answer.json()["state"], answer.json()["contest"]) == ("no_show", "open")
    record = phone.get("/api/v1/me/parking/record").json()
    assert (record["is_good"], record["needs_deposit"]) == (False, True)
    assert record["lines"][1]["text"] == "近 180 天预约未到场 1 次，不超过 1 次即可免定金。"
