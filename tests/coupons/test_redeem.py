"""A coupon at the counter: what it takes off, who pays, and that it happens once."""

import pytest

from coupons import services as coupons
from coupons.errors import (
    CouponBillAmountMismatch,
    CouponNotUsable,
    RequestAlreadyRedeemed,
)
from coupons.models import Coupon, CouponBill, FundingPart, Redemption
from coupons.queries.redemptions import redeemed_coupon, redemptions
from district.kernel.errors import TokenUsed
from district.merchants.models import Merchant
from loyalty.settlement.models import Booking
from tests.factories.coupons import (
    GIFT,
    PERCENT_OFF,
    claim,
    fresh_key,
    issue,
    make_version,
    redeem,
    redemption_result_of,
    reported_bill,
)
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_merchant, till_of, visit_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def member():
    return make_member()


def borne(redemption):
    return {part.party_id: part.fen for part in FundingPart.objects.filter(redemption=redemption)}


def test_a_coupon_takes_off_its_face_and_is_used(store, member):
    coupon = claim(make_version(), member)

    request = redeem(coupon, store=store, bill=reported_bill(2_000, no="B-1"))

    (redemption,) = request.redemptions.all()
    assert (redemption.discount_fen, redemption.cost_fen) == (500, 500)
    assert request.bill.discount_fen == 500
    coupon.refresh_from_db()
    assert coupon.state == Coupon.State.USED


def test_below_the_threshold_nothing_happens_and_the_reason_says_what_is_missing(store, member):
    coupon = claim(make_version(), member)

    with pytest.raises(CouponNotUsable) as refused:
        redeem(coupon, store=store, bill=reported_bill(1_680))

    (reason,) = refused.value.facts["reasons"]
    assert (reason["code"], reason["short_fen"], reason["shopper"]) == (
        "below_threshold",
        320,
        "还差 ¥3.20",
    )
    assert not CouponBill.objects.exists()
    assert Coupon.objects.get().state == Coupon.State.LIVE


def test_each_party_bears_its_part_and_owes_it_to_the_merchant(store, member):
    fund = make_merchant(kind=Merchant.Kind.FUND)
    version = make_version(payers=[(None, 3_333), (fund, 5_000)])

    request = redeem(claim(version, member), store=store, bill=reported_bill(2_001))

    alliance = Merchant.objects.get(kind=Merchant.Kind.ALLIANCE)
    redemption = request.redemptions.get()
    assert borne(redemption) == {store.merchant_id: 167, fund.pk: 250, alliance.pk: 83}
    owed = Booking.objects.values_list("payer", "payee", "fen", "source")
    assert set(owed) == {
        (fund.pk, store.merchant_id, 250, "coupon"),
        (alliance.pk, store.merchant_id, 83, "coupon"),
    }


def test_the_same_key_answers_the_same_and_another_of_that_number_is_refused(store, member):
    version = make_version(per_member=2)
    coupon, other = claim(version, member), claim(version, member)
    bill, key = reported_bill(5_000), fresh_key()
    first = redeem(coupon, store=store, bill=bill, no="Q-1", key=key)

    again = coupons.redeem_coupons(
        store=store,
        reported_bill=bill,
        codes=["no longer read"],
        request_no="Q-1",
        actor="till:1",
        key=key,
    )

    assert again.pk == first.pk
    with pytest.raises(RequestAlreadyRedeemed):
        redeem(other, store=store, bill=reported_bill(5_000), no="Q-1")
    assert Redemption.objects.count() == 1
    other.refresh_from_db()
    assert other.state == Coupon.State.LIVE


def test_what_is_answered_is_what_stands(store, member):
    """Nothing is read back for the first answer; a repetition reads it."""
    fund = make_merchant(kind=Merchant.Kind.FUND)
    version = make_version(stacking="free", payers=[(None, 3_333), (fund, 5_000)], budget_fen=9_999)
    held = [claim(version, member), issue(version, member)]
    bill, key = reported_bill(5_000), fresh_key()
    redeem(claim(make_version(stacking="free"), member), store=store, bill=bill)

    options = {"store": store, "bill": bill, "no": "Q-2", "key": key}

    made = redemption_result_of(*reversed(held), **options)

    assert made == redemption_result_of(*held, **options)
    assert [coupon.coupon for coupon in made.redemptions] == [coupon.public_id for coupon in held]
    assert made.bill_discount_fen == CouponBill.objects.get().discount_fen == 1_500
    stored = redemptions().filter(request=made.pk).order_by("pk")
    assert made.redemptions == tuple(redeemed_coupon(row) for row in stored)


def test_a_code_is_good_for_one_use_of_a_coupon_with_many(store, member):
    coupon = claim(make_version(uses=3), member)
    code = coupons.show_coupon(coupon=coupon).code

    def use(bill):
        return coupons.redeem_coupons(
            store=store,
            reported_bill=bill,
            codes=[code],
            request_no=bill.bill_no,
            actor="till:1",
            key=fresh_key(),
        )

    use(reported_bill(3_000))
    with pytest.raises(TokenUsed):
        use(reported_bill(3_000))

    coupon.refresh_from_db()
    assert (coupon.uses_left, coupon.state) == (2, Coupon.State.LIVE)


def test_a_partial_coupon_is_used_up_bill_by_bill(store, member):
    version = make_version(kind="cash_off", face_fen=800, partial=True, threshold_fen=0)
    coupon = claim(version, member)

    redeem(coupon, store=store, bill=reported_bill(300))
    coupon.refresh_from_db()
    assert (coupon.value_left_fen, coupon.state) == (500, Coupon.State.LIVE)
    redeem(coupon, store=store, bill=reported_bill(2_000))

    coupon.refresh_from_db()
    assert (coupon.value_left_fen, coupon.state) == (0, Coupon.State.USED)
    assert sorted(Redemption.objects.values_list("discount_fen", flat=True)) == [300, 500]


def test_a_gift_takes_nothing_off_and_its_value_is_owed(store, member):
    request = redeem(claim(make_version(**GIFT), member), store=store, bill=reported_bill(0))

    redemption = request.redemptions.get()
    assert (redemption.discount_fen, redemption.cost_fen) == (0, 900)
    assert Booking.objects.get().fen == 900


def test_two_that_do_not_bear_each_other_are_refused_also_one_after_the_other(store, member):
    alone, free = make_version(), make_version(stacking="free", **PERCENT_OFF)
    coupon, other = claim(alone, member), claim(free, member)
    bill = reported_bill(10_000)

    with pytest.raises(CouponNotUsable) as refused:
        redeem(coupon, other, store=store, bill=bill)
    assert refused.value.facts["reasons"][0]["code"] == "not_beside_another"

    redeem(coupon, store=store, bill=bill)
    with pytest.raises(CouponNotUsable) as refused:
        redeem(other, store=store, bill=bill)
    assert refused.value.facts["reasons"][0]["code"] == "not_beside_another"
    assert CouponBill.objects.get().discount_fen == 500


def test_the_last_coupon_is_cut_where_the_bill_is_paid(store, member):
    version = make_version(
        kind="cash_off", face_fen=700, threshold_fen=0, stacking="free", per_member=2
    )

    request = redeem(
        claim(version, member), claim(version, member), store=store, bill=reported_bill(1_000)
    )

    assert sorted(row.discount_fen for row in request.redemptions.all()) == [300, 700]
    assert request.bill.discount_fen == 1_000


def test_a_bill_number_means_one_amount(store, member):
    version = make_version(stacking="free", per_member=2)
    redeem(claim(version, member), store=store, bill=reported_bill(5_000, no="B-9"))

    with pytest.raises(CouponBillAmountMismatch):
        redeem(claim(version, member), store=store, bill=reported_bill(6_000, no="B-9"))


def test_what_is_exchanged_joins_the_best_only_where_it_was_shown(store, member):
    gift = claim(make_version(stacking="free", **GIFT), member)
    cash = claim(make_version(stacking="free"), member)
    alone = claim(make_version(stacking="alone", **GIFT), member)
    visit = visit_of(member, till_of(store), store).visit

    def best(*held):
        codes = [coupons.show_coupon(coupon=coupon).code for coupon in held]
        return coupons.check_coupons(
            store=store, reported_bill=reported_bill(5_000), codes=codes, visit=visit
        ).best

    steps = best(gift, alone)
    assert {step.coupon.public_id for step in steps} == {cash.public_id, gift.public_id}
    assert steps[-1].left_fen == 4_500
    assert [step.coupon.public_id for step in best()] == [cash.public_id]
