"""What each role sees first: what waits for its decision, its coupons of today, and a cashier the counter."""

import re

import pytest

from coupons import services as coupons
from tests.admin.action_forms import text_of
from tests.admin.two_merchants import signed_in
from tests.factories.coupons import claim, fresh_key, make_draft, make_version, redeem
from tests.factories.loyalty import make_earning_store
from tests.factories.members import PASSWORD, make_member, make_operator
from tests.factories.merchants import make_clerk

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return make_earning_store()


def clerk_of(store, role):
    user = make_clerk(merchant=store.merchant, role=role).user
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize(
    ("role", "page"),
    [("cashier", "/admin/desks/counter/"), ("manager", "/admin/"), ("finance", "/admin/")],
)
def test_a_cashier_lands_on_the_counter_page_and_others_on_the_dashboard(client, store, role, page):
    user = clerk_of(store, role)
    signed = client.post("/admin/login/", {"username": user.username, "password": PASSWORD})
    assert (signed.status_code, signed["Location"]) == (302, page)
    assert client.get(page).status_code == 200


def test_a_cashier_who_asked_for_another_page_gets_it(client, store):
    user = clerk_of(store, "cashier")
    wanted = "/admin/loyalty/receipt/"
    sent = {"username": user.username, "password": PASSWORD, "next": wanted}
    assert client.post(f"/admin/login/?next={wanted}", sent)["Location"] == wanted


def test_what_waits_for_a_decision_stands_first_and_only_for_who_may_decide(store):
    drafter, other = make_operator("drafter"), make_operator("other")
    version = make_draft()
    version.drafted_by = drafter
    version.save()
    coupons.submit_version(version=version, by=drafter)

    page = text_of(signed_in(other).get("/admin/"))
    assert re.search(r"等待处理 待审批的券 1 .*今日", page)
    assert "等待处理" not in text_of(signed_in(drafter).get("/admin/"))
    assert "等待处理" not in text_of(signed_in(clerk_of(store, "owner")).get("/admin/"))


def test_the_coupons_of_today_are_counted_within_scope(store):
    elsewhere, member = make_earning_store(), make_member()
    own, foreign = make_version(merchant=store.merchant), make_version(per_member=2)
    redeem(claim(own, member), store=store)
    redeem(claim(foreign, member), store=elsewhere)
    undone = redeem(claim(foreign, member), store=elsewhere).redemptions.get()
    coupons.reverse_redemption(redemption=undone, reason="扫错", actor="user:1", key=fresh_key())

    operator = text_of(signed_in(make_operator()).get("/admin/"))
    assert re.search(r"发放中的券 2 今日领取 3 今日核销 2 减免 ¥10.00", operator)
    owner = text_of(signed_in(clerk_of(store, "owner")).get("/admin/"))
    assert re.search(r"去核销 .*发放中的券 1 今日领取 1 今日核销 1 减免 ¥5.00", owner)
    finance = text_of(signed_in(clerk_of(store, "finance")).get("/admin/"))
    assert "去核销" not in finance
    assert "今日核销 1" in finance
