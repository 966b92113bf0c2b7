"""Members pay for their stays over HTTP, tills give minutes for receipts; nobody sees what is another's."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.database.ids import new_id
from parking import services as parking
from parking.models import MinuteValidation
from tests.factories.members import bearer, make_member
from tests.factories.merchants import allied_store, till_key_text, till_of, visit_of
from tests.factories.parking import make_vehicle
from tests.parking.fees.fee_steps import (
    NOON,
    PLATE,
    due_fen,
    fen_coupon,
    give_points,
    make_charging_car_park,
    owned,
    parked,
)
from tests.payments.bank_channel import bank

pytestmark = pytest.mark.django_db
__all__ = ["bank"]


@pytest.fixture
def car_park(db, bank, monkeypatch):
    monkeypatch.setattr("parking.api.fees.CHANNEL", "bank")
    with clock.travel_to(NOON):
        yield make_charging_car_park()


@pytest.fixture
def member(car_park):
    member = make_member()
    owned(member)
    return member


def ask(client, method, path, body=None, who=None, **headers):
    headers = {"HTTP_IDEMPOTENCY_KEY": new_id("idem"), **(bearer(who) if who else {}), **headers}
    call = getattr(client, method)
    if body is not None:
        return call(f"/api/v1{path}", body, content_type="application/json", **headers)
    return call(f"/api/v1{path}", **headers)


def test_a_member_quotes_and_pays(client, car_park, member):
    stay, coupon = parked(car_park), fen_coupon(member, 300)
    give_points(member, 200)
    path = f"/me/parking/stays/{stay.public_id}"

    fee = ask(client, "get", f"{path}/fee", who=member).json()
    assert (fee["fee_fen"], fee["due_fen"], fee["takes_coupons"]) == (1_000, 1_000, True)
    assert [(row["id"], row["fen"], row["reason"]) for row in fee["coupons"]] == [
        (coupon.public_id, 300, "")
    ]

    body = {"coupons": [coupon.public_id], "points": 200}
    quoted = ask(client, "post", f"{path}/quotes", body, who=member)
    assert quoted.status_code == 201, quoted.json()
    quote = quoted.json()
    assert (quote["state"], quote["settles_fen"], quote["money_fen"]) == ("quoted", 1_000, 500)
    assert sum(line["amount_fen"] for line in quote["lines"]) == quote["fee_fen"]
    path = f"/me/parking/quotes/{quote['id']}"
    paying = ask(client, "post", f"{path}/pay", who=member).json()
    assert paying["order"] == ask(client, "post", f"{path}/pay", who=member).json()["order"]
    assert paying["order"].startswith("pay_")

    assert ask(client, "delete", path, who=member).json()["state"] == "withdrawn"
    refused = ask(client, "post", f"{path}/pay", who=member)
    assert (refused.status_code, refused.json()["code"]) == (409, "parking_quote_not_open")


def test_a_quote_that_is_looked_at_too_late_is_over(client, car_park, member):
    stay = parked(car_park)
    path = f"/me/parking/stays/{stay.public_id}/quotes"
    quote = ask(client, "post", path, {}, who=member).json()
    with clock.travel_to(NOON + timedelta(minutes=5)):
        path = f"/me/parking/quotes/{quote['id']}"
        assert ask(client, "get", path, who=member).json()["state"] == "expired"


def test_typing_a_plate_shows_no_fee(client, car_park):
    stay, other = parked(car_park), make_member("小王")
    make_vehicle(other, plate=PLATE)
    path = f"/me/parking/stays/{stay.public_id}"

    assert ask(client, "get", f"{path}/fee", who=other).status_code == 404
    assert ask(client, "post", f"{path}/quotes", {}, who=other).status_code == 404


def test_a_till_gives_minutes(client, car_park, member):
    shop, stay = allied_store(), parked(car_park, minutes=130)
    parking.set_validation_rule(
        merchant=shop.merchant, from_fen=20_000, minutes=120, car_parks=[car_park], by=None
    )
    token = {"HTTP_AUTHORIZATION": f"Bearer {till_key_text(shop)}"}

    def give(no, **whom):
        body = {"store": shop.public_id, "receipt_no": no, "paid_fen": 20_000} | whom
        return ask(client, "post", "/parking/validations", body, **token)

    made = give("R1", plate=PLATE)
    assert (made.status_code, made.json()["minutes"], due_fen(stay)) == (201, 120, 0)
    # The answer for a car that is not there is the same.
    assert give("R2", plate="浙B12345").json().keys() == made.json().keys()
    assert give("R1", plate=PLATE).json()["code"] == "receipt_validated_already"
    assert give("R3", plate=PLATE, stay=stay.public_id).status_code == 400
    assert give("R3", plate="浙I").json()["code"] == "plate_invalid"
    visit = visit_of(member, till_of(shop), shop)
    assert give("R4", visit=visit.token).status_code == 201
    assert MinuteValidation.objects.get(receipt_no="R4").stay == stay
