"""Reversals and refunds: who gets back what, to the fen, and what becomes of the coupon."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum

from coupons import services as coupons
from coupons.engine.bill import BillLine
from coupons.errors import (
    CouponBillHasRefunds,
    CouponNotUsable,
    RedemptionAlreadyReversed,
    RefundTooLarge,
    ReversalTooLate,
)
from coupons.invariants import COUPONS
from coupons.models import BudgetSlot, Coupon, CouponBill, FundingPart, Redemption
from coupons.services import ReturnedGoods
from district.kernel import clock
from district.kernel.invariants import findings
from loyalty.settlement.models import Booking
from tests.factories.coupons import (
    PERCENT_OFF,
    claim,
    fresh_key,
    make_version,
    redeem,
    reported_bill,
)
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import allied_store

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def member():
    return make_member()


def reverse(redemption, **options):
    return coupons.reverse_redemption(
        redemption=redemption, reason="扫错券", actor="till:1", key=fresh_key(), **options
    )


def refund(bill, fen, no, lines=()):
    goods = ReturnedGoods(no, fen, tuple(BillLine(*line) for line in lines))
    return coupons.refund_bill(bill=bill, goods=goods, actor="till:1", key=fresh_key())


def used(version, member, store, **options):
    return redeem(claim(version, member), store=store, **options).redemptions.get()


def test_a_reversed_redemption_costs_nobody_anything_and_the_coupon_lives(store, member):
    redemption = used(make_version(payers=[(None, 5_000)], budget_fen=500), member, store)

    reversed_ = reverse(redemption)

    assert reversed_.reversed_at is not None
    coupon = Coupon.objects.get()
    assert (coupon.state, coupon.uses_left, coupon.reserved_fen) == (Coupon.State.LIVE, 1, 500)
    assert CouponBill.objects.get().discount_fen == 0
    assert FundingPart.objects.aggregate(sum=Sum("fen"))["sum"] == 0
    assert sorted(Booking.objects.values_list("fen", flat=True)) == [-250, 250]
    with pytest.raises(RedemptionAlreadyReversed):
        reverse(redemption)
    redeem(coupon, store=store)


def test_after_midnight_only_the_operator_reverses(store, member):
    with clock.travel_to(NOON):
        redemption = used(make_version(), member, store)
    with clock.travel_to(datetime(2026, 11, 26, 16, tzinfo=UTC)):
        with pytest.raises(ReversalTooLate):
            reverse(redemption)
        reverse(redemption, operator=True)

    assert Coupon.objects.get().state == Coupon.State.LIVE


@pytest.mark.parametrize("days", [0, 7])
def test_a_coupon_that_has_ended_is_replaced_where_the_template_says_so(store, member, days):
    with clock.travel_to(NOON):
        version = make_version(days_from=0, days=1, replacement_days=days, stock=1)
        redemption = used(version, member, store)
    with clock.travel_to(NOON + timedelta(days=2)):
        reverse(redemption, operator=True)

    old, *new = Coupon.objects.order_by("pk")
    assert old.state == Coupon.State.EXPIRED
    assert len(new) == (1 if days else 0)
    for replacement in new:
        assert replacement.replaces == redemption
        assert replacement.valid_until == datetime(2026, 12, 4, 16, tzinfo=UTC)


def test_partial_refunds_come_to_the_same_as_one(store, member):
    version = make_version(payers=[(None, 3_333)], **PERCENT_OFF)
    redemption = used(version, member, store, bill=reported_bill(3_333, no="B-1"))
    bill = CouponBill.objects.get()

    refund(bill, 1_111, "R-1")
    refund(bill, 1_111, "R-2")
    redemption.refresh_from_db()
    assert redemption.cost_fen == 333
    assert redemption.returned_fen == 333 * 2_222 // 3_333
    refund(bill, 1_111, "R-3")

    assert FundingPart.objects.aggregate(sum=Sum("fen"))["sum"] == 0
    assert Booking.objects.aggregate(sum=Sum("fen"))["sum"] == 0
    assert Coupon.objects.get().state == Coupon.State.LIVE
    with pytest.raises(RefundTooLarge):
        refund(bill, 1, "R-4")


def test_the_preview_says_what_the_refund_then_does(store, member):
    used(make_version(), member, store, bill=reported_bill(4_000))
    bill = CouponBill.objects.get()
    goods = ReturnedGoods("R-1", 1_000)

    preview = coupons.preview_bill_refund(bill=bill, goods=goods)
    done = coupons.refund_bill(bill=bill, goods=goods, actor="till:1", key=fresh_key())

    assert (preview.discount_fen, preview.pay_back_fen, preview.coupons_back) == (125, 875, False)
    assert done.discount_fen == 125


def test_of_a_coupon_for_some_products_only_those_count(store, member):
    version = make_version(scope={"products": ["tea"]}, stacking="free", **PERCENT_OFF)
    lines = [(2_000, "tea"), (3_000, "cake")]
    redemption = used(version, member, store, bill=reported_bill(5_000, lines=lines))
    bill = CouponBill.objects.get()
    assert (redemption.eligible_fen, redemption.discount_fen) == (2_000, 200)

    refund(bill, 3_000, "R-1", [(3_000, "cake")])
    redemption.refresh_from_db()
    assert redemption.returned_fen == 0
    refund(bill, 500, "R-2", [(500, "tea")])

    redemption.refresh_from_db()
    assert redemption.returned_fen == 50


def test_what_a_refund_frees_of_the_budget_can_be_given_out_again(store, member):
    version = make_version(budget_fen=500, slots=1)
    used(version, member, store, bill=reported_bill(2_000))

    refund(CouponBill.objects.get(), 1_000, "R-1")

    assert BudgetSlot.objects.get().remaining_fen == 250


def test_a_bill_of_which_goods_came_back_takes_no_more_coupons(store, member):
    version = make_version(stacking="free", per_member=2)
    bill = reported_bill(8_000)
    used(version, member, store, bill=bill)
    refund(CouponBill.objects.get(), 1_000, "R-1")

    with pytest.raises(CouponBillHasRefunds):
        used(version, member, store, bill=bill)


def test_a_repeated_refund_happens_once(store, member):
    used(make_version(), member, store, bill=reported_bill(2_000))
    bill, key = CouponBill.objects.get(), fresh_key()
    goods = ReturnedGoods("R-1", 500)

    first = coupons.refund_bill(bill=bill, goods=goods, actor="till:1", key=key)
    again = coupons.refund_bill(bill=bill, goods=goods, actor="till:1", key=key)

    assert first == again
    assert Redemption.objects.get().returned_fen == 125


def test_a_reversal_never_fails_for_want_of_a_budget(store, member):
    with clock.travel_to(NOON):
        version = make_version(
            days_from=0, days=1, replacement_days=7, budget_fen=500, **PERCENT_OFF
        )
        redemption = used(version, member, store, bill=reported_bill(1_000))
        coupons.stop_version(version=version, by=make_operator())
    with clock.travel_to(NOON + timedelta(days=2)):
        reverse(redemption, operator=True)

    replacement = Coupon.objects.get(replaces=redemption)
    # Of the 500 it may cost only the 100 that came back are still there.
    assert (replacement.state, replacement.reserved_fen) == (Coupon.State.LIVE, 100)


def tea_and_everything(member):
    """Two coupons for tea of ¥3, ¥2 off each, and one of ¥1 off everything."""
    terms = {"kind": "cash_off", "threshold_fen": 0, "stacking": "free"}
    tea = make_version(face_fen=200, per_member=2, scope={"products": ["tea"]}, **terms)
    everything = make_version(face_fen=100, **terms)
    return [claim(tea, member), claim(tea, member), claim(everything, member)]


TEA_AND_CAKE = [(300, "tea"), (700, "cake")]


@pytest.mark.parametrize("first", ["tea", "cake"])
def test_goods_that_come_back_are_worth_what_was_paid_for_them(store, member, first):
    held = tea_and_everything(member)
    made = redeem(*held, store=store, bill=reported_bill(1_000, lines=TEA_AND_CAKE))
    # Of the tea no more than it costs, so the third takes its part from the cake.
    assert sorted(redemption.discount_fen for redemption in made.redemptions.all()) == [
        100,
        100,
        200,
    ]
    bill = CouponBill.objects.get()

    paid = {}
    for product in sorted(["tea", "cake"], key=lambda goods: goods != first):
        fen = {name: fen for fen, name in TEA_AND_CAKE}[product]
        done = refund(bill, fen, f"R-{product}", [(fen, product)])
        paid[product] = done.goods_fen - done.discount_fen

    assert paid == {"tea": 0, "cake": 600}
    assert FundingPart.objects.aggregate(sum=Sum("fen"))["sum"] == 0


def test_a_coupon_whose_goods_others_have_paid_is_not_used_up(store, member):
    version = make_version(
        kind="cash_off", face_fen=300, stacking="free", per_member=2, scope={"products": ["tea"]}
    )
    held = [claim(version, member), claim(version, member)]
    bill = reported_bill(1_000, lines=TEA_AND_CAKE)

    with pytest.raises(CouponNotUsable) as refusal:
        redeem(*held, store=store, bill=bill)
    assert refusal.value.facts["reasons"][0]["code"] == "no_eligible_items"

    # Nor one after the other.
    redeem(held[0], store=store, bill=bill)
    code = coupons.show_coupon(coupon=held[1]).code
    checked = coupons.check_coupons(store=store, reported_bill=bill, codes=[code])
    assert [reason.code for reason in checked.bill_evaluation.evaluations[0].reasons] == [
        "no_eligible_items"
    ]
    with pytest.raises(CouponNotUsable):
        redeem(held[1], store=store, bill=bill)


def test_rounding_pays_nobody_a_fen(store, member):
    version = make_version(stacking="free", kind="cash_off", face_fen=700, per_member=2)
    held = [claim(version, member), claim(version, member)]
    redeem(*held, store=store, bill=reported_bill(1_000))
    bill = CouponBill.objects.get()

    for number in range(3):
        done = refund(bill, 333, f"R-{number}")
        assert done.goods_fen == done.discount_fen


def test_a_value_that_came_back_too_late_is_replaced_and_audits_know(store, member):
    with clock.travel_to(NOON):
        version = make_version(
            kind="cash_off", face_fen=800, partial=True, days_from=0, days=1, replacement_days=7
        )
        redemption = used(version, member, store, bill=reported_bill(300))
    with clock.travel_to(NOON + timedelta(days=2)):
        reverse(redemption, operator=True)

    ended, other = Coupon.objects.order_by("pk")
    assert (ended.value_left_fen, other.value_left_fen) == (500, 300)
    assert not findings(COUPONS)
