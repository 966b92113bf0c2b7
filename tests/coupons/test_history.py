"""What a member sees of coupons that are gone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from coupons import services as coupons
from coupons.models import CouponBill
from coupons.services import ReturnedGoods
from district.kernel import clock
from loyalty import services as loyalty
from tests.factories.coupons import (
    GIFT,
    claim,
    fresh_key,
    issue,
    make_version,
    redeem,
    reported_bill,
)
from tests.factories.members import bearer, make_member, make_operator
from tests.factories.merchants import allied_store

pytestmark = pytest.mark.django_db
USED = "/api/v1/me/coupons/redemptions"


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def member():
    return make_member()


def phone_of(member):
    client = APIClient()
    client.credentials(**bearer(member))
    return client


@pytest.fixture
def phone(member):
    return phone_of(member)


def undo(redemption, **options):
    return coupons.reverse_redemption(
        redemption=redemption, reason="扫错券", actor="till:1", key=fresh_key(), **options
    )


def test_a_use_names_counter_bill_and_amounts(phone, member, store):
    coupon = claim(make_version(), member)
    used = redeem(coupon, store=store, bill=reported_bill(10_000, no="B-1")).redemptions.get()
    goods = ReturnedGoods("R-1", 2_000)
    coupons.refund_bill(bill=CouponBill.objects.get(), goods=goods, actor="till:1", key=fresh_key())

    (line,) = phone.get(USED).json()["results"]

    assert line == {
        "id": used.public_id,
        "coupon": coupon.public_id,
        "coupon_state": "used",
        "replaced_by": None,
        "name": coupon.version.template.name,
        "kind": "cash_off",
        "store": store.public_id,
        "store_name": store.name,
        "merchant": store.merchant.name,
        "bill_no": "B-1",
        "bill_fen": 10_000,
        "discount_fen": 500,
        "refunded_fen": 2_000,
        "value_back_fen": 0,
        "at": used.at.astimezone(clock.SHANGHAI).isoformat(),
        "reversed_at": None,
        "reason": "",
    }


def test_a_reversed_one_tells_why_and_that_the_coupon_is_back(phone, member, store):
    undo(redeem(claim(make_version(), member), store=store).redemptions.get())

    (line,) = phone.get(USED).json()["results"]

    assert (line["reason"], line["coupon_state"]) == ("扫错券", "live")
    assert line["reversed_at"] is not None


def test_a_coupon_that_had_ended_names_the_one_granted_instead(phone, member, store):
    version = make_version(days_from=0, days=1, replacement_days=7)
    with clock.travel_to(clock.now() - timedelta(days=3)):
        used = redeem(claim(version, member), store=store).redemptions.get()
    undo(used, operator=True)

    (line,) = phone.get(USED).json()["results"]

    (wallet,) = phone.get("/api/v1/me/coupons").json()["results"]
    assert (line["replaced_by"], wallet["got_by"]) == (wallet["id"], "replacement")


def test_it_is_paged_newest_first_and_costs_the_same_for_many(phone, member, store):
    version = make_version(**GIFT)
    for number in range(5):
        redeem(issue(version, member), store=store, bill=reported_bill(0, no=f"B-{number}"))
    redeem(claim(make_version(), make_member("别人")), store=store)
    phone.get(USED)

    with CaptureQueriesContext(connection) as first_page:
        first = phone.get(USED, {"limit": 1}).json()
    with CaptureQueriesContext(connection) as many:
        rest = phone.get(USED, {"cursor": first["next"]}).json()

    bill_numbers = [line["bill_no"] for line in first["results"] + rest["results"]]
    assert bill_numbers == ["B-4", "B-3", "B-2", "B-1", "B-0"]
    assert rest["next"] is None
    assert len(many) == len(first_page)


def test_a_given_coupon_is_seen_as_it_was_and_not_what_the_friend_does(phone, member, store):
    coupon = claim(make_version(transferable=True, uses=2), member)
    used = redeem(coupon, store=store).redemptions.get()
    undo(used)
    friend = make_member("小王")
    gift = coupons.offer_coupon(coupon=issue_again(coupon))
    taken = coupons.accept_coupon(code=gift, member=friend, key=fresh_key())
    redeem(taken, store=store)

    (friends_coupon,) = phone.get("/api/v1/me/coupons", {"state": "given"}).json()["results"]
    (line,) = phone.get(USED).json()["results"]

    assert (friends_coupon["id"], friends_coupon["state"], friends_coupon["uses_left"]) == (
        coupon.public_id,
        "given",
        2,
    )
    assert line["coupon_state"] == "given"
    assert phone.get(f"/api/v1/me/coupons/{coupon.public_id}").status_code == 404
    assert phone_of(friend).get("/api/v1/me/coupons", {"state": "given"}).json()["results"] == []


def issue_again(coupon):
    coupon.refresh_from_db()
    return coupon


def test_after_a_merger_the_other_accounts_uses_are_mine_and_a_friends_are_not(
    phone, member, store
):
    version = make_version(transferable=True)
    old, friend = make_member("旧账号"), make_member("小林的朋友")
    redeem(claim(version, old), store=store, bill=reported_bill(10_000, no="B-OLD"))
    undo(redeem(claim(make_version(), friend), store=store).redemptions.get())
    friends_coupon = claim(version, friend)
    coupons.accept_coupon(
        code=coupons.offer_coupon(coupon=friends_coupon), member=member, key=fresh_key()
    )
    loyalty.merge_members(
        source=old, into=member, reason="同一人", by=make_operator(), key=fresh_key()
    )
    coupons.move_coupons(source=old.pk, into=member.pk)

    assert [line["bill_no"] for line in phone.get(USED).json()["results"]] == ["B-OLD"]
