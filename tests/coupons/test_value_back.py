"""A coupon whose value is used in parts: goods that come back bring value back, in proportion, once."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from coupons import services as coupons
from coupons.models import BudgetSlot, Coupon, CouponBill, Redemption
from coupons.services import ReturnedGoods
from district.kernel import clock
from tests.coupons.counter_requests import counter  # noqa: F401 - a fixture
from tests.factories.coupons import claim, fresh_key, issue, make_version, redeem, reported_bill
from tests.factories.members import make_member
from tests.factories.merchants import allied_store

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
VALUE = {"kind": "cash_off", "face_fen": 10_000, "partial": True, "threshold_fen": 0}


def left(coupon):
    coupon.refresh_from_db()
    return coupon.state, coupon.value_left_fen


def refund(bill, fen, no):
    return coupons.refund_bill(
        bill=bill, goods=ReturnedGoods(no, fen), actor="till:1", key=fresh_key()
    )


def test_thirty_of_a_hundred_used_and_half_the_goods_back_leave_eighty_five(counter):  # noqa: F811
    coupon = issue(make_version(**VALUE, budget_fen=10_000), counter.member)
    counter.used(counter.code_of(coupon), bill={"no": "B-30"}, fen=3_000)
    assert left(coupon) == ("live", 7_000)

    half = counter.refund("B-30", 1_500)

    assert half.status_code == 201, half.content
    assert left(coupon) == ("live", 8_500)
    assert coupon.reserved_fen == 8_500
    assert counter.refund("B-30", 1_500, refund_no="R-2").status_code == 201
    assert left(coupon) == ("live", 10_000)
    # All of the budget is kept for it again.
    assert sum(BudgetSlot.objects.values_list("remaining_fen", flat=True)) == 0


@pytest.mark.parametrize("order", list(permutations([1, 700, 1_234])))
def test_any_order_of_parts_comes_to_one_refund_of_their_sum(order):
    store, member = allied_store(), make_member()
    version = make_version(**VALUE, per_member=2)
    together, separate = claim(version, member), claim(version, member)
    bills = []
    for coupon in (together, separate):
        coupon_bill = reported_bill(3_333)
        redeem(coupon, store=store, bill=coupon_bill)
        bills.append(CouponBill.objects.get(bill_no=coupon_bill.bill_no))

    refund(bills[0], sum(order), "R-0")
    for fen in order:
        refund(bills[1], fen, f"R-{fen}")

    assert left(together) == left(separate) == ("live", 10_000 - 3_333 + 1_935)


def test_what_was_used_up_is_value_again_and_the_reversal_gives_the_rest_once():
    store, member = allied_store(), make_member()
    coupon = claim(make_version(**VALUE), member)
    redeem(coupon, store=store, bill=reported_bill(20_000, no="B-1"))
    assert left(coupon) == ("used", 0)

    refund(CouponBill.objects.get(), 10_000, "R-1")
    assert left(coupon) == ("live", 5_000)
    redeem(coupon, store=store, bill=reported_bill(2_000, no="B-2"))
    first, _second = Redemption.objects.order_by("pk")
    coupons.reverse_redemption(redemption=first, reason="扫错", actor="till:1", key=fresh_key())

    assert left(coupon) == ("live", 8_000)


@pytest.mark.parametrize("days", [0, 7])
def test_value_that_comes_back_after_the_end_is_granted_anew_where_the_template_says_so(days):
    store, member = allied_store(), make_member()
    with clock.travel_to(NOON):
        coupon = claim(make_version(**VALUE, days_from=0, days=1, replacement_days=days), member)
        redeem(coupon, store=store, bill=reported_bill(9_000, no="B-1"))
        refund(CouponBill.objects.get(), 3_000, "R-1")
    assert left(coupon) == ("live", 4_000)
    with clock.travel_to(NOON + timedelta(days=2)):
        refund(CouponBill.objects.get(), 1_000, "R-2")
        refund(CouponBill.objects.get(), 5_000, "R-3")

    granted = Coupon.objects.filter(source="replacement").order_by("pk")
    values = list(granted.values_list("value_left_fen", "state"))
    assert values == ([(1_000, "live"), (5_000, "live")] if days else [])
    assert left(coupon)[1] == 4_000
