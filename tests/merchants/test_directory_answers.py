"""What is common to the directory's answers: pages, refusals, caching, cost."""

import pytest

from district.merchants import services as merchants
from tests.factories.merchants import (
    allied_store,
    make_hours,
    make_membership,
    make_merchant,
    make_store,
    make_trade,
    make_venue,
)
from tests.merchants.api_client import STORES, names, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def starbucks():
    return allied_store(name="星巴克湖滨店", merchant=make_merchant(name="统一咖啡"))


@pytest.fixture
def lanzhou():
    return allied_store(name="兰州拉面", merchant=make_merchant(name="西北餐饮"))


def test_pages_follow_each_other_in_the_order_of_pinyin(api):
    venue = make_venue()
    for name in ("银泰", "阿迪达斯", "安踏", "阿迪达斯", "7号店"):
        allied_store(name=name, venue=venue)

    seen, cursor = [], None
    while True:
        page = api.get(STORES, {"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += page["results"]
        if (cursor := page["next"]) is None:
            break

    assert [row["name"] for row in seen] == ["7号店", "阿迪达斯", "阿迪达斯", "安踏", "银泰"]
    assert len({row["id"] for row in seen}) == 5


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("venue=1", ["venue"]),
        ("venue=mrc_" + "0" * 22, ["venue"]),
        ("merchant=%00", []),
        ("trade=Caf%C3%A9", ["trade"]),
        ("q=" + "长" * 51, ["q"]),
        ("q=%00", []),
        ("floor=", ["floor"]),
        ("open_now=maybe", ["open_now"]),
        ("open_at=2026-03-06T10:00:00", ["open_at"]),
        ("open_at=tomorrow", ["open_at"]),
        ("open_at=2026-02-30T10:00:00Z", ["open_at"]),
        ("open_now=true&open_at=2026-03-06T10:00:00Z", ["non_field_errors"]),
        ("alliance_only=2", ["alliance_only"]),
        ("limit=0", ["limit"]),
        ("limit=101", ["limit"]),
        ("limit=" + "9" * 400, ["limit"]),
        ("flor=1F", ["flor"]),
        ("cursor=AAAA", ["cursor"]),
        ("cursor=%FF", ["cursor"]),
        ("cursor=WzEsIDIsIDNd", ["cursor"]),
        ("cursor=" + "A" * 5000, ["cursor"]),
    ],
)
def test_a_bad_filter_is_a_problem_that_names_it(api, starbucks, query, fields):
    assert problem(api.get(f"{STORES}?{query}")) == (400, "invalid_request", fields)


@pytest.mark.parametrize("path", ["venues", "trades", "merchants"])
def test_every_list_refuses_what_it_does_not_know(api, path):
    assert problem(api.get(f"/api/v1/{path}?floor_no=1")) == (400, "invalid_request", ["floor_no"])


@pytest.mark.parametrize(
    "path",
    [
        "stores/str_" + "0" * 22,
        "stores/1",
        "stores/%00",
        "merchants/mrc_" + "0" * 22,
        "merchants/x",
    ],
)
def test_an_unknown_id_is_not_found(api, path):
    assert problem(api.get(f"/api/v1/{path}")) == (404, "not_found", [])


@pytest.mark.parametrize("path", ["stores", "merchants", "venues", "trades"])
def test_nothing_is_written_here(api, path):
    assert problem(api.post(f"/api/v1/{path}", {}, format="json"))[:2] == (
        405,
        "method_not_allowed",
    )


def test_merchants_are_found_and_told_with_their_stores(api, starbucks, lanzhou):
    merchant = starbucks.merchant
    make_store(merchant=merchant, name="安静的店")
    closed = make_store(merchant=merchant)
    merchants.close_store(store=closed, by=None)

    assert names(api.get("/api/v1/merchants", {"q": "tykf"})) == ["统一咖啡"]
    assert names(api.get("/api/v1/merchants", {"venue": lanzhou.venue.public_id})) == ["西北餐饮"]
    assert names(api.get("/api/v1/merchants", {"trade": starbucks.trade.code})) == ["统一咖啡"]
    body = api.get(f"/api/v1/merchants/{merchant.public_id}").json()
    assert (body["id"], body["name"], body["in_alliance"]) == (merchant.public_id, "统一咖啡", True)
    assert [row["name"] for row in body["stores"]] == ["安静的店", "星巴克湖滨店"]
    assert not {"uscc", "legal_name", "contact_phone"} & body.keys()


def test_venues_by_name_and_trades_in_the_operators_order(api):
    make_venue(name="银泰")
    make_venue(name="安吉路", kind="street", floors=[])
    make_trade(code="toys", name="玩具", sort=2)
    make_trade(code="cafe", name="咖啡茶饮", sort=1)

    assert names(api.get("/api/v1/venues")) == ["安吉路", "银泰"]
    assert api.get("/api/v1/trades").json() == {
        "results": [{"code": "cafe", "name": "咖啡茶饮"}, {"code": "toys", "name": "玩具"}],
        "next": None,
    }


@pytest.mark.parametrize("path", ["stores", "merchants", "venues", "trades"])
def test_answers_are_kept_for_a_minute_and_then_asked_by_etag(api, starbucks, path):
    first = api.get(f"/api/v1/{path}")

    again = api.get(f"/api/v1/{path}", HTTP_IF_NONE_MATCH=first["ETag"])
    allied_store(name="新店")
    changed = api.get(f"/api/v1/{path}", HTTP_IF_NONE_MATCH=first["ETag"])

    assert first["Cache-Control"] == "public, max-age=60"
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


@pytest.mark.parametrize(
    ("path", "queries"), [("stores", 1), ("merchants", 1), ("venues", 1), ("trades", 1)]
)
def test_a_list_costs_one_query_however_long(api, django_assert_num_queries, path, queries):
    for number in range(30):
        store = allied_store()
        make_hours(store=store, weekday=number % 7)

    for limit in (1, 25):
        with django_assert_num_queries(queries):
            assert len(names(api.get(f"/api/v1/{path}", {"limit": limit}))) == limit


def test_one_store_and_one_merchant_cost_two_queries(api, django_assert_num_queries):
    merchant = make_membership().merchant
    stores = [make_store(merchant=merchant) for _ in range(5)]
    for weekday in range(7):
        make_hours(store=stores[0], weekday=weekday)

    with django_assert_num_queries(2):
        assert len(api.get(f"{STORES}/{stores[0].public_id}").json()["hours"]) == 7
    with django_assert_num_queries(2):
        assert len(api.get(f"/api/v1/merchants/{merchant.public_id}").json()["stores"]) == 5
