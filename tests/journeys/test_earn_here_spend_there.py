"""The main job, through HTTP only: from the first sign-in to the clearing between two merchants."""

import requests

from district.kernel import invariants
from loyalty import queries
from tests.api_clients import ApiClient, BackOfficeClient, ShopperClient
from tests.factories.members import PASSWORD, make_operator


def test_a_shopper_earns_at_one_merchant_and_spends_at_another(web, wechat_code, till, other_till):
    signed_in = ApiClient(web.base_url).post("/session", {"code": wechat_code("lin")})
    assert signed_in.status_code == 201
    phone = ShopperClient(web.base_url, signed_in.json()["token"])

    code = phone.post("/me/card/code").json()
    assert {"code", "expires_at", "server_time", "svg"} <= code.keys()

    seen = till.look_up(code["code"])
    assert seen.status_code == 201
    member = seen.json()["member"]["id"]

    earned = till.receipt(member, fen=12_680, no="20261121-0042")
    assert earned.status_code == 201
    assert earned.json()["points"] == 126
    assert earned.json()["transfer"]["available_after"] == 126

    assert phone.get("/me/points").json()["available"] == 126
    (line,) = phone.get("/me/points/entries").json()["results"]
    assert (line["kind"], line["change"], line["reference"]) == ("earn", 126, "20261121-0042")

    visit = other_till.look_up(phone.card_code()).json()["visit"]["token"]
    spent = other_till.spend(visit, points=60, no="P-1")
    assert spent.status_code == 201
    assert spent.json()["available_after"] == 66

    (claim,) = queries.clearing()
    assert (claim.points, claim.milli_fen) == (60, 60_000)
    back_office = BackOfficeClient(web.base_url).sign_in(make_operator().username, PASSWORD)
    assert "60 0 +60 ¥0.60" in back_office.read_page(f"merchants/merchant/{claim.redeemer}/change/")
    assert "0 60 -60 -¥0.60" in back_office.read_page(f"merchants/merchant/{claim.issuer}/change/")

    undone = other_till.reverse(spent.json()["id"])
    assert undone.status_code == 201
    assert undone.json()["available_after"] == 126
    assert queries.clearing() == []
    assert "本月没有与其他商户之间的清算" in back_office.read_page(
        f"merchants/merchant/{claim.redeemer}/change/"
    )

    kinds = [entry["kind"] for entry in phone.get("/me/points/entries").json()["results"]]
    assert kinds == ["reverse_spend", "spend", "earn"]
    assert list(invariants.offences()) == []

    assert (
        phone.session.delete(
            f"{web.base_url}/api/v1/session",
            headers={"Authorization": f"Bearer {phone.token}"},
            timeout=10,
        ).status_code
        == 204
    )
    assert phone.get("/me/points").status_code == 401


def test_points_already_spent_elsewhere_are_owed_when_the_purchase_is_undone(
    till, other_till, shopper, member
):
    earned = till.receipt(member.public_id, fen=10_000).json()["transfer"]["id"]
    visit = other_till.look_up(shopper.card_code()).json()["visit"]["token"]
    other_till.spend(visit, points=60)

    undone = till.reverse(earned)

    assert undone.status_code == 201
    assert (undone.json()["kind"], undone.json()["points"]) == ("reverse_earn", 40)
    points = shopper.get("/me/points").json()
    assert (points["available"], points["debt"]) == (0, 60)
    # The merchant that honoured the points stays paid; the one that undid its sale bears it meanwhile.
    (claim,) = queries.clearing()
    assert (claim.points, claim.milli_fen) == (60, 60_000)
    assert list(invariants.offences()) == []


def test_a_merchant_cannot_reverse_what_another_posted(till, other_till, member):
    earned = till.receipt(member.public_id, fen=10_000).json()["transfer"]["id"]

    refused = other_till.reverse(earned)

    assert refused.status_code == 404
    assert queries.balance_of(member).available == 100


def test_a_visit_at_one_store_is_no_good_at_another(till, other_till, shopper, member):
    till.receipt(member.public_id, fen=10_000)
    visit = till.look_up(shopper.card_code()).json()["visit"]["token"]

    refused = other_till.spend(visit, points=1)

    assert refused.status_code == 403
    assert refused.json()["code"] == "visit_elsewhere"
    assert queries.balance_of(member).available == 100


def test_nothing_below_the_api_is_ever_html(web):
    for path in ("", "/nowhere", "/me/points/", "/till/receipts/../x", "/stores/%ff", "/%00"):
        answer = requests.get(f"{web.base_url}/api/v1{path}", timeout=10)
        assert answer.headers["Content-Type"] == "application/problem+json", path
        assert 400 <= answer.status_code < 500, path
