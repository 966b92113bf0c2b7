"""What a coupon is worth on a bill, and every reason against it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from coupons.engine.benefits import CashOff, FreeParking, Gift, PercentOff
from coupons.engine.bill import Bill, BillLine, StoreRef
from coupons.engine.coupon import CouponState
from coupons.engine.eligibility import check_eligibility
from coupons.engine.schedule import Schedule, TimeWindow
from coupons.engine.scope import CouponScope, Places
from coupons.engine.terms import Terms

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 26, 12, tzinfo=SHANGHAI)
TEA = StoreRef(store="str_tea", merchant="mrc_tea", venue="ven_mall", trade="catering")
HELD = CouponState("live", NOON - timedelta(days=1), NOON + timedelta(days=30))


def rules(benefit=None, scope=None, schedule=None):
    return Terms(benefit or CashOff(2_000, 10_000), scope or CouponScope(), schedule or Schedule())


def outcome(bill=None, held=HELD, counter=TEA, at=NOON, **parts):
    eligibility = check_eligibility(
        held, rules(**parts), bill or Bill(12_680), counter, at, is_workday
    )
    return eligibility.discount_fen, [(reason.code, reason.facts) for reason in eligibility.reasons]


def is_workday(day: date) -> bool:
    return day.isoweekday() < 6


@pytest.mark.parametrize(
    ("benefit", "fen", "discount"),
    [
        (CashOff(2_000, 10_000), 10_000, 2_000),
        (CashOff(2_000), 1_500, 1_500),
        (PercentOff(1_500, 500), 3_333, 499),
        (PercentOff(1_500, 500), 3_334, 500),
        (PercentOff(1_500, 500), 100_000, 500),
        (Gift("蛋糕一份", 1_800), 0, 0),
        (FreeParking(minutes=120), 0, 0),
    ],
)
def test_what_it_takes_off(benefit, fen, discount):
    assert outcome(Bill(fen), benefit=benefit) == (discount, [])


def test_what_is_not_used_of_a_value_is_used_next_time():
    held = CouponState("live", HELD.valid_from, HELD.valid_until, value_left=300)

    assert outcome(Bill(1_000), held, benefit=CashOff(2_000, partial=True)) == (300, [])


def test_only_the_lines_it_is_for_count_and_returns_are_set_against_them():
    lines = (
        BillLine(5_000, "cake"),
        BillLine(3_000, "tea"),
        BillLine(-1_000, "tea"),
        BillLine(700, "bag"),
    )
    scope = CouponScope(products=frozenset({"tea", "bag"}), but_no_products=frozenset({"bag"}))

    assert outcome(Bill(7_700, lines), benefit=PercentOff(1_000, 500), scope=scope) == (200, [])
    assert outcome(Bill(7_700), benefit=PercentOff(1_000, 500), scope=scope) == (
        0,
        [("no_eligible_items", {})],
    )


def test_what_is_missing_to_the_threshold_is_told_first():
    elsewhere = CouponScope(only=Places(merchants=frozenset({"mrc_book"})))

    assert outcome(Bill(9_680), scope=elsewhere) == (
        0,
        [("below_threshold", {"short_fen": 320}), ("not_at_this_store", {})],
    )


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        (CouponScope(), True),
        (CouponScope(only=Places(trades=frozenset({"catering"}))), True),
        (CouponScope(only=Places(venues=frozenset({"ven_street"}))), False),
        (
            CouponScope(
                only=Places(venues=frozenset({"ven_mall"})),
                but_not=Places(stores=frozenset({"str_tea"})),
            ),
            False,
        ),
        (CouponScope(but_not=Places(merchants=frozenset({"mrc_book"}))), True),
    ],
)
def test_where_it_holds(scope, holds):
    assert outcome(scope=scope) == ((2_000, []) if holds else (0, [("not_at_this_store", {})]))


def test_when_it_will_be_good_again():
    evening = Schedule((TimeWindow(start=14 * 60),))
    monday = Schedule((TimeWindow(weekdays=frozenset({1})),))
    gone = Schedule((TimeWindow(weekdays=frozenset({1})),))
    today = CouponState("live", HELD.valid_from, NOON + timedelta(hours=10))

    assert outcome(schedule=evening) == (0, [("not_at_this_hour", {"from": NOON.replace(hour=14)})])
    assert outcome(schedule=monday) == (
        0,
        [("not_on_this_day", {"from": datetime(2026, 11, 30, tzinfo=SHANGHAI)})],
    )
    assert outcome(held=today, schedule=gone) == (
        0,
        [("never_again", {"until": today.valid_until})],
    )


def test_it_ends_at_its_end_and_not_before():
    last = HELD.valid_until - timedelta(microseconds=1)

    assert outcome(at=last) == (2_000, [])
    assert outcome(Bill(1), at=HELD.valid_until) == (0, [("expired", {"until": HELD.valid_until})])
    assert outcome(at=HELD.valid_from - timedelta(seconds=1)) == (
        0,
        [("not_yet_valid", {"from": HELD.valid_from})],
    )


@pytest.mark.parametrize(
    "held",
    [
        CouponState("used", HELD.valid_from, HELD.valid_until),
        CouponState("live", HELD.valid_from, HELD.valid_until, uses_left=0),
        CouponState("live", HELD.valid_from, HELD.valid_until, value_left=0),
    ],
)
def test_of_a_used_one_nothing_else_is_said(held):
    assert outcome(Bill(1), held) == (0, [("used", {})])


def test_a_leased_one_is_good_at_its_store_alone_until_the_lease_ends():
    ends = NOON + timedelta(hours=1)
    held = CouponState(
        "live", HELD.valid_from, HELD.valid_until, leased_to="str_book", leased_until=ends
    )

    assert outcome(held=held) == (
        0,
        [("leased_to_another_store", {"store": "str_book", "until": ends})],
    )
    assert outcome(held=held, at=ends) == (2_000, [])
