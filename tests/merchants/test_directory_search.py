from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
import time_machine

from district.kernel.clock import SHANGHAI
from district.merchants import services as merchants
from district.merchants.models import Venue
from tests.factories.merchants import (
    allied_store,
    make_hours,
    make_merchant,
    make_store,
)
from tests.merchants.api_client import STORES, names

pytestmark = pytest.mark.django_db

# A Friday.
FRIDAY = datetime(2026, 3, 6, tzinfo=SHANGHAI)


@pytest.fixture
def starbucks():
    return allied_store(name="星巴克湖滨店", merchant=make_merchant(name="统一咖啡"), floor="1F")


@pytest.fixture
def lanzhou():
    return allied_store(name="兰州拉面", merchant=make_merchant(name="西北餐饮"))


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("星巴", ["星巴克湖滨店"]),
        ("xingbake", ["星巴克湖滨店"]),
        ("XBK", ["星巴克湖滨店"]),
        ("xing ba", ["星巴克湖滨店"]),
        ("统一", ["星巴克湖滨店"]),
        ("tykf", ["星巴克湖滨店"]),
        ("湖滨 咖啡", ["星巴克湖滨店"]),
        ("lzlm", ["兰州拉面"]),
        ("咖啡 拉面", []),
        ("%", []),
        ("_", []),
        ("", ["兰州拉面", "星巴克湖滨店"]),
    ],
)
def test_stores_are_found_by_characters_pinyin_initials_and_merchant(
    api, starbucks, lanzhou, q, found
):
    assert names(api.get(STORES, {"q": q})) == found


def test_a_store_is_told_in_full(api, starbucks):
    make_hours(store=starbucks, weekday=4, opens_minute=1080, closes_minute=1560)
    listed = {
        "id": starbucks.public_id,
        "name": "星巴克湖滨店",
        "merchant": {"id": starbucks.merchant.public_id, "name": "统一咖啡"},
        "venue": {"id": starbucks.venue.public_id, "kind": "mall", "name": starbucks.venue.name},
        "trade": {"code": starbucks.trade.code, "name": starbucks.trade.name},
        "floor": "1F",
        "unit_no": "",
        "phone": "",
        "round_the_clock": False,
        "open_now": True,
        "in_alliance": True,
    }
    Venue.objects.update(latitude="30.254321", longitude="120.164321")

    with time_machine.travel(FRIDAY + timedelta(hours=20), tick=False):
        page = api.get(STORES).json()
        body = api.get(f"{STORES}/{starbucks.public_id}").json()

    assert page == {"results": [listed], "next": None}
    assert body == listed | {
        "venue": listed["venue"]
        | {
            "address": "湖滨路 1 号",
            "floors": ["B1", "1F", "2F"],
            "latitude": 30.254321,
            "longitude": 120.164321,
        },
        "intro": "",
        "state": "open",
        "hours": [{"weekday": 5, "opens": "18:00", "closes": "02:00", "closes_next_day": True}],
    }


def test_filters_narrow_down_and_combine(api, starbucks, lanzhou):
    twin = allied_store(
        name="星巴克二店", merchant=make_merchant(), venue=starbucks.venue, floor="2F"
    )
    venue, trade = starbucks.venue.public_id, starbucks.trade.code

    assert names(api.get(STORES, {"venue": venue})) == ["星巴克二店", "星巴克湖滨店"]
    assert names(api.get(STORES, {"venue": venue, "floor": "2F"})) == ["星巴克二店"]
    assert names(api.get(STORES, {"trade": trade})) == ["星巴克湖滨店"]
    assert names(api.get(STORES, {"merchant": twin.merchant.public_id})) == ["星巴克二店"]
    assert names(api.get(STORES, {"trade": trade, "floor": "2F"})) == []
    assert names(api.get(STORES, {"venue": "ven_" + "0" * 22})) == []


@pytest.mark.parametrize(
    ("day", "minute", "is_open"),
    [
        (4, 1079, False),
        (4, 1080, True),
        (4, 1439, True),
        (5, 0, True),
        (5, 119, True),
        (5, 120, False),
        (5, 1080, False),
    ],
)
def test_a_night_shop_is_open_past_midnight(api, starbucks, day, minute, is_open):
    make_hours(store=starbucks, weekday=4, opens_minute=1080, closes_minute=1560)
    at = FRIDAY + timedelta(days=day - 4, minutes=minute)

    with time_machine.travel(at, tick=False):
        assert bool(names(api.get(STORES, {"open_now": "true"}))) is is_open
        assert api.get(STORES).json()["results"][0]["open_now"] is is_open
    assert bool(names(api.get(STORES, {"open_at": at.isoformat()}))) is is_open


def test_sunday_night_is_open_into_monday(api, starbucks):
    make_hours(store=starbucks, weekday=6, opens_minute=1200, closes_minute=1500)
    monday = FRIDAY + timedelta(days=3)

    for minutes, found in ((-1, 1), (0, 1), (59, 1), (60, 0)):
        at = monday + timedelta(minutes=minutes)
        assert len(names(api.get(STORES, {"open_at": at.isoformat()}))) == found


def test_an_instant_of_any_zone_is_read_in_shanghai(api, starbucks):
    make_hours(store=starbucks, weekday=4, opens_minute=600, closes_minute=660)

    for text in ("2026-03-06T10:30:00+08:00", "2026-03-06T02:30:00Z", "2026-03-05T21:30:00-05:00"):
        assert names(api.get(f"{STORES}?open_at={quote(text)}")) == ["星巴克湖滨店"]
        assert names(api.get(f"{STORES}?open_at={text}")) == ["星巴克湖滨店"]


def test_a_shop_round_the_clock_is_always_open(api, starbucks, lanzhou):
    merchants.set_opening_hours(store=starbucks, hours=[], round_the_clock=True, by=None)

    for hours in range(0, 7 * 24, 5):
        at = (FRIDAY + timedelta(hours=hours)).isoformat()
        assert names(api.get(STORES, {"open_at": at})) == ["星巴克湖滨店"]
    assert names(api.get(STORES, {"round_the_clock": "true"})) == ["星巴克湖滨店"]
    assert names(api.get(STORES, {"round_the_clock": "false"})) == ["兰州拉面"]


def test_only_todays_alliance_is_shown_unless_asked_otherwise(api, starbucks):
    outside = make_store(name="独立小店")
    merchants.withdraw_merchant(merchant=starbucks.merchant, by=None)

    assert names(api.get(STORES)) == []
    everyone = api.get(STORES, {"alliance_only": "false"}).json()["results"]
    assert [(row["id"], row["in_alliance"]) for row in everyone] == [
        (outside.public_id, False),
        (starbucks.public_id, False),
    ]


def test_closed_stores_and_suspended_merchants_are_not_listed(api, starbucks, lanzhou):
    merchants.close_store(store=starbucks, by=None)
    merchants.suspend_merchant(merchant=lanzhou.merchant, reason="投诉未处理", by=None)

    assert names(api.get(STORES, {"alliance_only": "false"})) == []
    assert names(api.get("/api/v1/merchants", {"alliance_only": "false"})) == ["统一咖啡"]
    closed = api.get(f"{STORES}/{starbucks.public_id}").json()
    assert (closed["state"], closed["open_now"]) == ("closed", False)
    assert api.get(f"{STORES}/{lanzhou.public_id}").json()["in_alliance"] is False
