"""Refused because of the place: the nearest others are named, to shopper and clerk."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coupons import services as coupons
from coupons.errors import CouponNotUsable
from coupons.evaluation import reason_documents
from district.kernel import clock
from tests.factories.coupons import claim, issue, make_version, redeem, reported_bill
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_merchant, make_store, make_venue
from tests.factories.merchants import make_membership as join

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return allied_store(floor="1F")


@pytest.fixture
def member():
    return make_member()


def reasons(version, member, store, fen=10_000):
    codes = [coupons.show_coupon(coupon=claim(version, member)).code]
    checked = coupons.check_coupons(store=store, reported_bill=reported_bill(fen), codes=codes)
    (evaluations,) = checked.bill_evaluation.evaluations
    return reason_documents(evaluations.reasons, checked.at)


def only(*stores, **places):
    return make_version(scope={"only": {"stores": [store.public_id for store in stores], **places}})


def test_the_same_brand_one_floor_up(here, member):
    above = make_store(merchant=here.merchant, venue=here.venue, floor="2F")

    (reason,) = reasons(only(above), member, here)

    assert reason["code"] == "not_at_this_store"
    assert reason["shopper"] == "在 2 楼同品牌店 可用"
    assert reason["clerk"] == "本店不适用，在 2 楼同品牌店 可用"
    assert reason["where"] == [
        {
            "store": above.public_id,
            "name": above.name,
            "venue": here.venue.name,
            "floor": "2F",
            "same_brand": True,
            "same_venue": True,
        }
    ]


def test_under_this_roof_first_then_the_brand_then_by_floors(here, member):
    elsewhere = make_venue(name="西城天地")
    books = make_merchant(name="星河书店")
    join(merchant=books)
    stores = [
        make_store(merchant=here.merchant, venue=elsewhere, floor="3F"),
        make_store(merchant=books, venue=here.venue, floor="B1", name="星河书店一"),
        make_store(merchant=books, venue=here.venue, floor="1F", name="星河书店二"),
        make_store(merchant=here.merchant, venue=here.venue, floor="2F"),
        make_store(merchant=books, venue=elsewhere, floor="", name="星河书店三"),
    ]

    (near,) = reasons(only(*stores), member, here)
    (far,) = reasons(only(stores[4], stores[0]), member, here)

    assert near["shopper"] == "在 2 楼同品牌店、1 楼星河书店二、B1 星河书店一 可用"
    assert far["shopper"] == "在 西城天地 3 楼同品牌店、西城天地 星河书店三 可用"
    assert len(near["where"]) == 3


def test_closed_suspended_and_stores_outside_of_the_alliance_are_not_named(here, member):
    closed = allied_store(state="closed", closed_at=clock.now())
    suspended = allied_store(merchant=make_merchant(state="suspended", suspended_at=clock.now()))
    outside = make_store()

    (reason,) = reasons(only(closed, suspended, outside), member, here)

    assert reason["shopper"] == "不在适用门店范围内，可在适用门店使用"
    assert "where" not in reason


def test_a_coupon_for_all_but_this_merchant_names_what_is_near(here, member):
    near = allied_store(venue=here.venue, floor="2F", name="星河书店")
    allied_store()
    version = make_version(scope={"but_not": {"merchants": [here.merchant.public_id]}})

    (reason,) = reasons(version, member, here)

    assert reason["where"][0]["store"] == near.public_id
    assert reason["shopper"].startswith("在 2 楼星河书店、")


def test_money_is_said_before_the_place(here, member):
    above = make_store(merchant=here.merchant, venue=here.venue, floor="2F")

    found = reasons(only(above), member, here, fen=1_680)

    assert [reason["code"] for reason in found] == ["below_threshold", "not_at_this_store"]
    assert found[1]["where"]


def test_a_redemption_tells_it_too(here, member):
    above = make_store(merchant=here.merchant, venue=here.venue, floor="2F")

    with pytest.raises(CouponNotUsable) as refused:
        redeem(claim(only(above), member), store=here)

    assert refused.value.detail == "本店不适用，在 2 楼同品牌店 可用"
    assert refused.value.facts["reasons"][0]["where"][0]["store"] == above.public_id


def test_it_costs_one_query_and_only_who_is_refused_for_the_place(here, member):
    above = make_store(merchant=here.merchant, venue=here.venue, floor="2F")
    there = [only(above), only(above, make_store()), make_version(scope={})]
    for version in there:
        issue(version, member)
    held = {version: coupons.show_coupon(coupon=issue(version, member)).code for version in there}

    def queries(*versions):
        with CaptureQueriesContext(connection) as captured:
            codes = [held[version] for version in versions]
            coupons.check_coupons(store=here, reported_bill=reported_bill(10_000), codes=codes)
        return len(captured)

    queries(*there)  # what versions say is then known by heart

    assert queries(there[2]) == queries(there[0]) - 1 == queries(*there) - 1
