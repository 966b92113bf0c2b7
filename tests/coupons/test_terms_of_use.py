"""Where, when and how a coupon can be used, as the shopper's phone reads it, and what lists are asked."""

import hashlib

import pytest
from django.db.backends.postgresql.psycopg_any import Jsonb
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from coupons import services as coupons
from coupons.engine.bill import StoreRef
from coupons.engine.scope import KINDS, CouponScope
from district.kernel.database.postgres import call
from tests.factories.coupons import GIFT, PARKING, claim, make_draft, make_version
from tests.factories.loyalty import make_earning_store
from tests.factories.members import bearer, make_member
from tests.factories.merchants import make_store
from tests.receipt_photos.pictures import jpeg

pytestmark = pytest.mark.django_db

NAMES = st.sampled_from(["a", "b"])
PLACES = st.dictionaries(st.sampled_from(KINDS), st.lists(NAMES, max_size=2))


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


def get(client, path, status=200):
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.json()
    return answer.json()


def names(page):
    return {row["name"] for row in page["results"]}


def test_catalogue_and_wallet_say_where_and_when(phone, member, store):
    elsewhere = make_store(merchant=store.merchant, venue=store.venue)
    version = make_version(
        scope={
            "only": {"merchants": [store.merchant.public_id]},
            "but_not": {"stores": [elsewhere.public_id]},
            "products": ["tea", "cake"],
        },
        times={
            "windows": [{"start": 1080, "end": 120, "weekdays": [5], "kind": "workday"}],
            "never": [["2027-02-05", "2027-02-11"]],
        },
        stacking="one_per_kind",
        instructions="到店出示。\n不找零。",
        uses=3,
    )
    coupon = claim(version, member)

    listed = get(phone, "coupons")["results"][0]["terms"]
    assert listed == get(phone, f"coupons/{version.public_id}")["terms"]
    assert listed == get(phone, f"me/coupons/{coupon.public_id}")["terms"]
    nowhere = {"venues": [], "trades": [], "merchants": [], "stores": []}
    merchant = {"id": store.merchant.public_id, "name": store.merchant.name}
    conditions = {line["title"]: line["text"] for line in listed.pop("conditions")}
    assert listed == {
        "only": nowhere | {"merchants": [merchant]},
        "except_at": nowhere | {"stores": [{"id": elsewhere.public_id, "name": elsewhere.name}]},
        "products": ["cake", "tea"],
        "except_products": [],
        "hours": [
            {
                "weekdays": [5],
                "days": "workday",
                "opens": "18:00",
                "closes": "02:00",
                "closes_next_day": True,
            }
        ],
        "closed_days": [{"first": "2027-02-05", "last": "2027-02-11"}],
        "stacking": "one_per_kind",
        "threshold_fen": 2000,
        "uses": 3,
        "usable_in_parts": False,
        "instructions": "到店出示。\n不找零。",
        "picture_url": None,
    }
    assert conditions["适用范围"] == f"限{store.merchant.name}；{elsewhere.name}除外；限指定商品"
    assert conditions["叠加使用"] == "同类型的券每单限用一张"


def test_its_stores_are_listed_and_searched(phone, store):
    make_earning_store()
    closed = make_store(merchant=store.merchant, venue=store.venue)
    scope = {"only": {"merchants": [store.merchant.public_id]}}
    version = make_version(scope=scope | {"but_not": {"stores": [closed.public_id]}})

    path = f"coupons/{version.public_id}/stores"
    assert [row["id"] for row in get(phone, path)["results"]] == [store.public_id]
    assert get(phone, f"{path}?venue={store.venue.public_id}")["results"]
    assert get(phone, f"{path}?q=zzzz")["results"] == []
    everywhere = make_version()
    assert len(get(phone, f"coupons/{everywhere.public_id}/stores")["results"]) == 3
    parking = make_version(**PARKING)
    assert get(phone, f"coupons/{parking.public_id}/stores")["results"] == []
    get(phone, f"coupons/{make_draft().public_id}/stores", status=404)


def test_lists_are_narrowed_by_store_merchant_and_kind(phone, member, store):
    other = make_earning_store()
    here = make_version(scope={"only": {"stores": [store.public_id]}})
    there = make_version(scope={"only": {"venues": [other.venue.public_id]}}, **GIFT)
    everywhere = make_version()
    parking = make_version(**PARKING)
    for version in (here, there, everywhere, parking):
        claim(version, member)
    name = {version.template.name: version for version in (here, there, everywhere, parking)}

    def found(query):
        catalogue = {name[coupon] for coupon in names(get(phone, f"coupons?{query}"))}
        wallet = {name[coupon] for coupon in names(get(phone, f"me/coupons?{query}"))}
        assert catalogue == wallet
        return catalogue

    assert found(f"store={store.public_id}") == {here, everywhere}
    assert found(f"merchant={other.merchant.public_id}") == {there, everywhere}
    assert found("kind=parking") == {parking}
    assert found(f"kind=gift&store={store.public_id}") == set()
    assert found("limit=50") == {here, there, everywhere, parking}
    for wrong in ("kind=tea", "store=1", "shop=1", "merchant=mrc_x", "limit=0"):
        problem = get(phone, f"coupons?{wrong}", status=400)
        assert problem["errors"][0]["field"] == wrong.partition("=")[0]


@settings(max_examples=60)
@given(only=PLACES, but_not=PLACES, counter=st.tuples(NAMES, NAMES, NAMES, NAMES))
def test_the_database_holds_a_scope_at_the_stores_the_rules_do(only, but_not, counter):
    document = {"only": only, "but_not": but_not}
    store, merchant, trade, venue = counter
    here = StoreRef(store=store, merchant=merchant, trade=trade, venue=venue)
    held = call("coupons_holds_at", Jsonb(document), store, merchant, trade, venue)
    assert held is CouponScope.of(document).holds_at(here)


def test_a_picture_is_shown_to_everybody_who_has_its_address(phone, member):
    picture = coupons.keep_picture(jpeg())
    assert coupons.keep_picture(jpeg()) == picture
    version = make_version(picture=picture)
    url = get(phone, f"coupons/{version.public_id}")["terms"]["picture_url"]

    path = url.removeprefix("http://127.0.0.1:8000").removeprefix("http://testserver")
    answer = APIClient().get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert hashlib.sha256(answer.content).digest() == bytes(picture.digest)
    assert "immutable" in answer.headers["Cache-Control"]
    assert path in APIClient().get(f"/c/{version.public_id}").content.decode()
    assert APIClient().get("/c/cpc_" + "a" * 22 + ".jpg").status_code == 404
