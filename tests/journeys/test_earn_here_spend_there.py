"""The main job, through HTTP only: from the first sign-in to the clearing between two merchants."""

import re

import requests

from district.kernel import invariants
from district.replay.clients import ShopperClient
from loyalty import queries
from tests.factories.members import PASSWORD, make_operator


class StaffBrowser:
    """Somebody in the back office, which has no API: a browser without scripts."""

    def __init__(self, base_url, username, password):
        self.admin, self.session = f"{base_url}/admin/", requests.Session()
        login = f"{self.admin}login/"
        page = self.session.get(login, timeout=30).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        form = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
        assert self.session.post(f"{login}?next=/admin/", form, timeout=30).url == self.admin

    def read_page(self, path):
        """The words of a page, without markup."""
        answer = self.session.get(self.admin + path, timeout=30)
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_a_shopper_earns_at_one_merchant_and_spends_at_another(web, wechat_code, till, other_till):
    signed_in = ShopperClient(web.connect()).sign_in(wechat_code("lin"))
    assert signed_in.status == 201
    phone = ShopperClient(web.connect(), signed_in.body["token"])

    code = phone.card_code().body
    assert {"code", "expires_at", "server_time", "svg"} <= code.keys()

    seen = till.look_up(code["code"])
    assert seen.status == 201
    member = seen.body["member"]["id"]

    earned = till.post_receipt(member, fen=12_680, no="20261121-0042")
    assert earned.status == 201
    assert earned.body["points"] == 126
    assert earned.body["transfer"]["available_after"] == 126

    assert phone.points().body["available"] == 126
    (line,) = phone.points_entries().body["results"]
    assert (line["kind"], line["change"], line["reference"]) == ("earn", 126, "20261121-0042")

    visit = other_till.look_up(phone.card_code().body["code"]).body["visit"]["token"]
    spent = other_till.spend(visit, points=60, no="P-1")
    assert spent.status == 201
    assert spent.body["available_after"] == 66

    (claim,) = queries.clearing()
    assert (claim.points, claim.milli_fen) == (60, 60_000)
    back_office = StaffBrowser(web.base_url, make_operator().username, PASSWORD)
    assert "60 0 +60 ¥0.60" in back_office.read_page(f"merchants/merchant/{claim.redeemer}/change/")
    assert "0 60 -60 -¥0.60" in back_office.read_page(f"merchants/merchant/{claim.issuer}/change/")

    undone = other_till.reverse(spent.body["id"])
    assert undone.status == 201
    assert undone.body["available_after"] == 126
    assert queries.clearing() == []
    assert "本月没有与其他商户之间的清算" in back_office.read_page(
        f"merchants/merchant/{claim.redeemer}/change/"
    )

    kinds = [entry["kind"] for entry in phone.points_entries().body["results"]]
    assert kinds == ["reverse_spend", "spend", "earn"]
    assert list(invariants.offences()) == []

    assert phone.sign_out().status == 204
    assert phone.points().status == 401


def test_points_already_spent_elsewhere_are_owed_when_the_purchase_is_undone(
    till, other_till, shopper, member
):
    earned = till.post_receipt(member.public_id, fen=10_000).body["transfer"]["id"]
    visit = other_till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]
    other_till.spend(visit, points=60)

    undone = till.reverse(earned)

    assert undone.status == 201
    assert (undone.body["kind"], undone.body["points"]) == ("reverse_earn", 40)
    points = shopper.points().body
    assert (points["available"], points["debt"]) == (0, 60)
    # The merchant that honoured the points stays paid; the one that undid its sale bears it meanwhile.
    (claim,) = queries.clearing()
    assert (claim.points, claim.milli_fen) == (60, 60_000)
    assert list(invariants.offences()) == []


def test_a_merchant_cannot_reverse_what_another_posted(till, other_till, member):
    earned = till.post_receipt(member.public_id, fen=10_000).body["transfer"]["id"]

    refused = other_till.reverse(earned)

    assert refused.status == 404
    assert queries.balance_of(member).available == 100


def test_a_visit_at_one_store_is_no_good_at_another(till, other_till, shopper, member):
    till.post_receipt(member.public_id, fen=10_000)
    visit = till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]

    refused = other_till.spend(visit, points=1)

    assert refused.status == 403
    assert refused.body["code"] == "visit_elsewhere"
    assert queries.balance_of(member).available == 100


def test_nothing_below_the_api_is_ever_html(web):
    for path in ("", "/nowhere", "/me/points/", "/till/receipts/../x", "/stores/%ff", "/%00"):
        answer = requests.get(f"{web.base_url}/api/v1{path}", timeout=10)
        assert answer.headers["Content-Type"] == "application/problem+json", path
        assert 400 <= answer.status_code < 500, path
