"""The consent centre as a phone uses it."""

import pytest
from rest_framework.test import APIClient

from district.consent.models import ConsentEvent
from tests.factories.consent import ConsentScene
from tests.factories.members import bearer, make_member
from tests.factories.merchants import make_merchant

CENTRE = "/api/v1/me/consents"


class Phone:
    """The mini-program of a member."""

    def __init__(self, member):
        self.client, self.requests = APIClient(), 0
        self.client.credentials(**bearer(member))

    def switch(self, purpose, merchant=None):
        return next(
            switch
            for switch in self.client.get(CENTRE).json()["results"]
            if switch["purpose"] == purpose
            and (switch["merchant"] or {}).get("id") == (merchant and merchant.public_id)
        )

    def post(self, path, body, key=None):
        self.requests += 1
        return self.client.post(
            f"{CENTRE}/{path}",
            body,
            format="json",
            headers={"Idempotency-Key": key or f"k{self.requests}"},
        )

    def read(self, notice):
        """The text was on the screen."""
        body = {"screen": "consent_centre", "app_version": "1.0.0"}
        return self.post(f"notices/{notice}/served", body).json()["id"]


@pytest.fixture
def scene(db):
    return ConsentScene()


@pytest.fixture
def phone(scene):
    return Phone(scene.member)


def test_everything_is_off_and_says_on_which_text_it_could_be_on(phone, scene):
    switches = phone.client.get(CENTRE).json()["results"]

    assert {switch["purpose"] for switch in switches if switch["is_on"]} == {"service_notice"}
    personalisation = phone.switch("personalisation")
    assert (
        personalisation["reason"],
        personalisation["since"],
        personalisation["agreed_notice"],
    ) == ("no_consent", None, None)
    assert personalisation["notice"]["id"] == scene.notice.public_id
    text = APIClient().get(f"/api/v1/consent/notices/{personalisation['notice']['id']}").json()
    assert (text["body"], text["sha256"]) == (scene.notice.body, scene.notice.sha256)


def test_a_switch_goes_on_and_off_by_one_call_each_and_a_repetition_changes_nothing(phone, scene):
    served = phone.read(scene.notice.public_id)
    grant = {"purpose": "personalisation", "served": served, "control_id": "centre/1"}

    on = phone.post("grant", grant, key="a").json()
    again = phone.post("grant", grant, key="a").json()
    off = phone.post("withdraw", {"purpose": "personalisation"}).json()

    assert on == again
    assert (on["is_on"], on["agreed_notice"]["version"]) == (True, 1)
    assert (off["is_on"], off["reason"], off["agreed_notice"]) == (False, "withdrawn", None)
    assert [event.action for event in ConsentEvent.objects.order_by("pk")] == ["grant", "withdraw"]


def test_a_yes_needs_the_text_to_have_been_shown_to_this_member(phone, scene):
    body = {
        "purpose": "personalisation",
        "served": Phone(make_member()).read(scene.notice.public_id),
    }

    refusal = phone.post("grant", body)

    assert (refusal.status_code, refusal.json()["code"]) == (409, "notice_not_served")
    assert (
        phone.post(
            "notices/ntc_0000000000000000000000/served", {"screen": "x", "app_version": "1"}
        ).status_code
        == 404
    )


def test_sharing_is_set_for_each_merchant_and_listed_where_something_was_said(phone, scene):
    merchant = make_merchant()
    with_merchant = {"purpose": "share_with_merchant", "merchant": merchant.public_id}

    denied = phone.post("deny", with_merchant).json()

    assert (denied["merchant"]["name"], denied["reason"]) == (merchant.name, "denied")
    assert phone.switch("share_with_merchant", merchant) == denied


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"purpose": "share_with_merchant"}, 400),
        ({"purpose": "personalisation", "channel": "inbox"}, 400),
        ({"purpose": "nothing"}, 400),
        ({"purpose": "share_with_merchant", "merchant": "mrc_0000000000000000000000"}, 404),
    ],
)
def test_a_switch_that_does_not_exist_is_refused(phone, body, status):
    assert phone.post("withdraw", body).status_code == status
    assert not ConsentEvent.objects.exists()


def test_the_centre_costs_as_many_queries_whatever_was_said(phone, django_assert_num_queries):
    for _ in range(3):
        phone.post(
            "deny", {"purpose": "share_with_merchant", "merchant": make_merchant().public_id}
        )
    with django_assert_num_queries(5):
        phone.client.get(CENTRE)
