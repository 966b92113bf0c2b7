"""How many queries the busiest requests about coupons take, and that lists cost the same however long they are."""

from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from coupons import services as coupons
from coupons.models import TemplateVersion
from tests.factories.coupons import claim, fresh_key, issue, make_version, redeem, reported_bill
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import bearer, make_member
from tests.factories.merchants import make_merchant, till_key_text, till_of, visit_of

pytestmark = pytest.mark.django_db
_numbers = count(1)


@pytest.fixture
def member():
    return make_member()


@pytest.fixture
def phone(member):
    client = APIClient()
    client.credentials(**bearer(member))
    return client


@pytest.fixture
def store():
    return make_earning_store()


@pytest.fixture
def till(store):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {till_key_text(store)}")
    return client


def post(client, path, body, *, status=201):
    key = f"count-{next(_numbers)}"
    answer = client.post(f"/api/v1/{path}", body, format="json", headers={"Idempotency-Key": key})
    assert answer.status_code == status, answer.json()
    return answer.json()


def get(client, path):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200
    return answer.json()["results"]


def queries_of(act):
    """How many queries the act takes when it is not the first of its kind in this process."""
    act()
    with CaptureQueriesContext(connection) as queries:
        act()
    # Savepoints are there because the test itself is a transaction.
    return [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]


@pytest.mark.parametrize("merchant", [False, True])
def test_a_claim_takes_three_the_session_the_version_and_the_claim(phone, merchant):
    version = make_version(
        per_member=9, stock=100, budget_fen=99_999, merchant=make_merchant() if merchant else None
    )

    queries = queries_of(lambda: post(phone, "me/coupons", {"version": version.public_id}))

    assert len(queries) == 3, queries


def test_whoever_comes_too_late_hears_so_for_as_few(phone):
    version = make_version(stock=1)
    claim(version, make_member("小王"))

    queries = queries_of(
        lambda: post(phone, "me/coupons", {"version": version.public_id}, status=409)
    )

    assert len(queries) == 3, queries


def codes_of(version, member, many=1):
    return [coupons.show_coupon(coupon=issue(version, member)).code for _ in range(many)]


def bill(store, codes):
    number = f"Q-{next(_numbers)}"
    return {"store": store.public_id, "bill": {"no": number, "fen": 9_000}, "codes": codes}


@pytest.mark.parametrize("many", [1, 4])
def test_a_check_takes_three_however_many_coupons_are_shown(till, store, member, many):
    codes = codes_of(make_version(stacking="free", payers=[(None, 5_000)]), member, many)

    queries = queries_of(lambda: post(till, "till/coupons/check", bill(store, codes), status=200))

    assert len(queries) == 3, queries


def test_a_check_of_all_that_a_member_has_takes_one_for_the_visit_and_one_for_them(
    till, store, member
):
    codes_of(make_version(stacking="free"), member, 4)
    visit = visit_of(member, till_of(store), store).token

    body = bill(store, []) | {"visit": visit}
    queries = queries_of(lambda: post(till, "till/coupons/check", body, status=200))

    assert len(queries) == 5, queries


@pytest.mark.parametrize("many", [1, 4])
def test_a_redemption_takes_three_however_many_coupons_it_uses(till, store, member, many):
    version = make_version(stacking="free", payers=[(None, 5_000)], budget_fen=99_999)

    def use():
        body = bill(store, code_lists.pop())
        post(till, "till/coupons/redemptions", body | {"request_no": body["bill"]["no"]})

    code_lists = [codes_of(version, member, many) for _ in range(2)]
    queries = queries_of(use)

    assert len(queries) == 3, queries


@pytest.mark.parametrize("many", [1, 20])
def test_the_wallet_takes_two_however_much_is_in_it(phone, member, store, many):
    for _ in range(many):
        issue(make_version(merchant=store.merchant), member)

    queries = queries_of(lambda: get(phone, "me/coupons"))

    assert len(queries) == 2, queries
    assert len(get(phone, "me/coupons")) == many


@pytest.mark.parametrize("many", [1, 20])
def test_what_was_used_is_listed_in_two_as_well(phone, member, store, many):
    version = make_version(stacking="free")
    redeem(*(issue(version, member) for _ in range(many)), store=store, bill=reported_bill(50_000))

    queries = queries_of(lambda: get(phone, "me/coupons?state=used"))

    assert len(queries) == 2, queries
    assert len(get(phone, "me/coupons?state=used")) == many


@pytest.mark.parametrize("many", [1, 20])
def test_the_centre_takes_seven_however_much_is_given_out_and_to_whomever(
    phone, member, store, many
):
    # A session, a page, what is left, what I have had, my marks, where I have bought, names of places.
    buy(member, store, fen=5_000)
    coupons.tag_member(member=member, tag="tea", merchant=None, actor="user:1", key=fresh_key())
    to_whom = {"tags": ["tea"], "bought_at": [store.merchant.public_id]}
    for _ in range(many):
        make_version(stock=100, stock_per_day=10, audience=to_whom, merchant=make_merchant())

    queries = queries_of(lambda: get(phone, "coupons"))

    assert len(queries) == 7, queries
    listed = get(phone, "coupons")
    assert [row["refusal"] for row in listed] == [""] * many
    assert {row["id"] for row in listed} == set(
        TemplateVersion.objects.values_list("public_id", flat=True)
    )


def test_the_page_behind_a_printed_code_is_read_at_once():
    version = make_version(stock=10, scope={"only": {"trades": ["hotpot"]}})
    address = f"/c/{version.public_id}"

    # The version's id, its row with the template, the names of its places, its stock.
    assert len(queries_of(lambda: APIClient().get(address))) == 4
