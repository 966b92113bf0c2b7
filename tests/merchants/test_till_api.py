from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from district.kernel import clock
from district.merchants import services as merchants
from district.merchants.models import TillKey, Visit
from tests.factories.members import bearer
from tests.merchants.api_client import code_of, look_up, refusal

pytestmark = pytest.mark.django_db


def test_a_till_learns_who_it_is(at_till, store):
    now = clock.real_now().replace(microsecond=0)
    with time_machine.travel(now, tick=False):
        answer = at_till.get("/api/v1/till")

    key = TillKey.objects.get()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer.json() == {
        "key": {"id": key.public_id, "name": "一楼收银台"},
        "merchant": {
            "id": store.merchant.public_id,
            "name": store.merchant.name,
            "in_alliance": True,
        },
        "stores": [{"id": store.public_id, "name": store.name, "state": "open"}],
        "server_time": now.astimezone(clock.SHANGHAI).isoformat(),
    }


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer tk_0123456789ab_" + "0" * 43,
        "Basic dGlsbDpzZWNyZXQ=",
        "Bearer sht_" + "0" * 43,
        "Bearer tk_%00",
        "Bearer " + "x" * 8000,
    ],
)
def test_without_a_live_key_there_is_nothing_here(api, header):
    headers = {} if header is None else {"HTTP_AUTHORIZATION": header}

    answer = api.get("/api/v1/till", **headers)

    assert refusal(answer) == (401, "till_key_invalid")
    assert answer["WWW-Authenticate"] == 'Bearer realm="till"'


def test_neither_a_shopper_nor_a_staff_session_is_a_till(client, member, admin_client):
    assert refusal(client.get("/api/v1/till", **bearer(member))) == (401, "till_key_invalid")
    assert refusal(admin_client.get("/api/v1/till")) == (401, "till_key_invalid")


def test_a_till_key_is_no_shopper(at_till):
    assert at_till.get("/api/v1/me").status_code == 401


def test_revoked_and_rotated_keys_are_refused(at_till, key):
    till_key = TillKey.objects.get()
    rotated = merchants.rotate_till_key(
        till_key=till_key, overlap=timedelta(0), by=None, key=key("k1")
    )
    successor = APIClient()
    successor.credentials(HTTP_AUTHORIZATION=f"Bearer {rotated.text}")

    assert refusal(at_till.get("/api/v1/till")) == (401, "till_key_invalid")
    assert successor.get("/api/v1/till").status_code == 200
    merchants.revoke_till_key(till_key=rotated.till_key, by=None)
    assert refusal(successor.get("/api/v1/till")) == (401, "till_key_invalid")


def test_a_suspended_merchants_till_is_told_so(at_till, store, member):
    merchants.suspend_merchant(merchant=store.merchant, reason="投诉未处理", by=None)

    assert refusal(at_till.get("/api/v1/till")) == (403, "merchant_suspended")
    answer = look_up(at_till, store=store.public_id, code=code_of(member))
    assert refusal(answer) == (403, "merchant_suspended")
    assert not Visit.objects.exists()


def test_a_merchant_that_left_the_alliance_opens_no_visit_but_knows_itself(at_till, store, member):
    merchants.withdraw_merchant(merchant=store.merchant, by=None)

    answer = look_up(at_till, store=store.public_id, code=code_of(member))

    assert refusal(answer) == (409, "store_not_in_alliance")
    assert at_till.get("/api/v1/till").json()["merchant"]["in_alliance"] is False
    assert not Visit.objects.exists()
