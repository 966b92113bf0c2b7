"""What gates hear over HTTP, and what members see of plates and of what they owe."""

import pytest
from django.test import Client

from parking.models import Arrears
from tests.factories.members import bearer, make_member
from tests.factories.parking import feed_key_text, make_car_park, make_feed
from tests.factories.stays import PLATE

LEAVE = "/api/v1/parking/feed/leave"


@pytest.fixture
def gate(scene, client):
    """Asks about the car of 小林 unless told otherwise."""
    key = feed_key_text(scene.car_park.feed)

    def ask(**changed):
        asked = {"car_park": scene.car_park.public_id, "plate": "浙a·12345", "lane": "西出口 1"}
        body = {name: value for name, value in (asked | changed).items() if value is not None}
        return client.post(
            LEAVE, body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )

    return ask


@pytest.fixture
def phone(scene):
    return phone_of(scene.member)


def phone_of(member):
    return Client(raise_request_exception=False, **bearer(member))


def post(phone, path):
    return phone.post(path, content_type="application/json")


def test_a_gate_opens_when_wechat_has_taken_the_charge(scene, gate):
    assert gate().json()["reason"] == "no_stay"
    stay = scene.enter()

    answer = gate()

    assert answer.json() == {
        "may_leave": True,
        "reason": "charge_accepted",
        "due_fen": 0,
        "stay": stay.public_id,
    }
    scene.settle()
    assert gate().json()["reason"] == "paid"
    assert scene.charge.device == "西出口 1"


def test_a_gate_hears_what_is_to_be_paid(scene, gate):
    scene.serve(service_state="OUT_SERVICE")
    scene.enter()
    scene.sandbox.control("pay-settings", charge_seconds=1.0)

    answer = gate().json()

    assert (answer["may_leave"], answer["reason"], answer["due_fen"]) == (
        *(False, "payment_due", 900),
    )


def test_a_question_that_names_no_car_or_two_is_refused(scene, gate):
    for changed in ({"plate": None}, {"ticket": "q7Jm2xWq9LwJc5Rz"}):
        assert gate(**changed).status_code == 400
    assert gate(plate=None, ticket="q7Jm2xWq9LwJc5Rz").json()["reason"] == "no_stay"


def test_a_feed_hears_only_of_its_own_car_parks(scene, gate):
    elsewhere = make_car_park(feed=make_feed())

    assert gate(car_park=elsewhere.public_id).status_code == 404


def test_a_member_sees_whether_wechat_charges_for_a_plate_and_why_not(scene, phone):
    def plate_state():
        (row,) = phone.get("/api/v1/me/vehicles").json()["results"]
        return row["wechat_parking"]["state"], row["wechat_parking"]["text"]

    assert plate_state() == ("normal", "已开通微信支付分停车，离场后自动扣费。")
    scene.serve(owes=True)
    scene.enter()
    assert plate_state() == ("normal", "您在微信有未付的停车费，付清后才能离场后自动扣费。")
    path = f"/api/v1/me/vehicles/{scene.vehicle.public_id}/wechat-parking"
    assert post(phone, path).status_code == 200
    assert post(phone_of(make_member("小王")), path).status_code == 404


def test_a_member_sees_what_is_owed_and_pays_it(scene, phone):
    scene.enter()
    scene.ask()
    scene.leave()
    scene.settle("FAIL")

    (row,) = phone.get("/api/v1/me/parking/arrears").json()["results"]
    assert (row["state"], row["cause"], row["amount_fen"], row["plate"]) == (
        *("open", "charge_failed", 900, "浙A***45"),
    )
    assert row["order"] is None
    path = f"/api/v1/me/parking/arrears/{row['id']}/pay"
    ordered = post(phone, path).json()
    assert post(phone, path).json()["order"] == ordered["order"]
    paid = post(phone, f"/api/v1/me/payments/{ordered['order']}/pay")
    assert paid.json()["channel"] == "wechat"

    stranger = phone_of(make_member("小王"))
    assert stranger.get("/api/v1/me/parking/arrears").json()["results"] == []
    assert post(stranger, path).status_code == 404
    record = phone.get("/api/v1/me/parking/record").json()
    assert record["lines"][-1]["text"].startswith("目前有 1 笔逾期未付")
    Arrears.objects.update(state="paid", closed_at=row["opened_at"])
    assert post(phone, path).json()["code"] == "parking_arrears_closed"
    assert PLATE not in phone.get("/api/v1/me/parking/arrears").content.decode()
