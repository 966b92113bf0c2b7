"""What followed a purchase follows it back, in whatever order: checked at the counter, delivered by the outbox."""

from datetime import timedelta

import pytest

from coupons import services as coupons
from coupons.errors import CouponNotUsable, NotLeasable, NotTransferable
from coupons.models import BudgetSlot, Coupon, StockSlot
from district.kernel import clock, invariants
from district.kernel.models import Idem, OutboxRow
from tests.coupons.counter_requests import counter, problem_of  # noqa: F401 - a fixture
from tests.coupons.gift_steps import GIFT, NOON, bring, deliver, undo
from tests.factories.coupons import fresh_key, make_version, redeem
from tests.factories.coupons import reported_bill as bill_of
from tests.factories.loyalty import make_earning_store, make_refund
from tests.mutations.protections import Protection, rewrite_functions

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("way", ["reversal", "all goods back"])
def test_a_gift_used_while_its_purchase_came_back_is_void_once_its_use_is_undone(counter, way):  # noqa: F811
    make_version(**GIFT, threshold_fen=0, stock=5, budget_fen=5_000)
    bought, gift = bring(counter.member, make_earning_store())
    used = counter.used(counter.code_of(gift), bill={"no": "B-77"})
    make_refund(bought)
    deliver()
    gift.refresh_from_db()
    assert gift.state == Coupon.State.USED

    undone = counter.reverse(used) if way == "reversal" else counter.refund("B-77", 10_000)
    assert undone.status_code in (200, 201), undone.content

    gift.refresh_from_db()
    assert (gift.state, gift.reserved_fen) == (Coupon.State.VOID, 0)
    assert sum(StockSlot.objects.values_list("remaining", flat=True)) == 5
    assert sum(BudgetSlot.objects.values_list("remaining_fen", flat=True)) == 5_000
    assert problem_of(counter.ask(f"/me/coupons/{gift.public_id}/code"))[1] == "coupon_not_usable"


@pytest.mark.breaks_the_ledger
def test_without_that_question_the_gift_would_come_back_to_life_and_the_audit_finds_it(counter):  # noqa: F811
    wrong = rewrite_functions(
        "coupons/sql/origin.sql",
        (
            "if p_source not in ('receipt', 'replacement') then return true",
            "if p_source <> 'replacement' then return true",
        ),
    )
    Protection("what brought it is asked for", wrong).remove()
    make_version(**GIFT, threshold_fen=0)
    bought, gift = bring(counter.member, make_earning_store())
    used = counter.used(counter.code_of(gift), bill={"no": "B-78"})
    make_refund(bought)
    deliver()
    assert counter.reverse(used).status_code in (200, 201)

    gift.refresh_from_db()
    assert gift.state == Coupon.State.LIVE
    assert "a coupon that can be used is still brought by its purchase" in {
        found.query for found in invariants.offences()
    }


def test_before_the_refund_is_delivered_the_gift_is_good_for_nothing_either(store, member):
    make_version(**GIFT, threshold_fen=0, transferable=True, offline="leased")
    bought, gift = bring(member, store)
    code = coupons.show_coupon(coupon=gift).code
    make_refund(bought)

    with pytest.raises(CouponNotUsable):
        coupons.show_coupon(coupon=gift)
    with pytest.raises(CouponNotUsable):
        coupons.redeem_coupons(
            store=store,
            reported_bill=bill_of(9_000),
            codes=[code],
            request_no="Q-1",
            actor="till:1",
            key=fresh_key(),
        )
    with pytest.raises(NotTransferable):
        coupons.offer_coupon(coupon=gift)
    with pytest.raises(NotLeasable):
        coupons.lease_coupon(coupon=gift, store=store, hours=1, key=fresh_key())
    deliver()


def test_what_replaced_a_gift_goes_back_with_the_purchase_too(store, member):
    make_version(**GIFT, threshold_fen=0, days_from=0, days=1, replacement_days=5)
    with clock.travel_to(NOON):
        bought, gift = bring(member, store)
        used = redeem(gift, store=store).redemptions.get()
    with clock.travel_to(NOON + timedelta(days=2)):
        undo(used, operator=True)
        replacement = Coupon.objects.get(source=Coupon.Source.REPLACEMENT)
        make_refund(bought)
        deliver()

    replacement.refresh_from_db()
    assert replacement.state == Coupon.State.VOID


def test_a_gift_undone_after_its_end_is_not_replaced_once_the_purchase_came_back(store, member):
    make_version(**GIFT, threshold_fen=0, days_from=0, days=1, replacement_days=5)
    with clock.travel_to(NOON):
        bought, gift = bring(member, store)
        used = redeem(gift, store=store).redemptions.get()
        make_refund(bought)
        deliver()
    with clock.travel_to(NOON + timedelta(days=2)):
        undo(used, operator=True)

    assert Coupon.objects.get().state == Coupon.State.VOID


def test_what_is_left_of_a_gift_with_several_uses_ends_and_the_rest_when_they_are_undone(
    store, member
):
    make_version(**GIFT, threshold_fen=0, uses=3, stock=1)
    bought, gift = bring(member, store)
    used = redeem(gift, store=store).redemptions.get()
    make_refund(bought)
    deliver()

    gift.refresh_from_db()
    assert (gift.state, gift.uses_left, gift.nth) == (Coupon.State.VOID, 2, 1)
    assert StockSlot.objects.filter(remaining=1).count() == 0

    undo(used)

    gift.refresh_from_db()
    assert (gift.state, gift.uses_left, gift.nth) == (Coupon.State.VOID, 3, None)
    assert StockSlot.objects.filter(remaining=1).count() == 1


def test_a_refund_after_the_idempotency_keys_are_gone_takes_the_gift_all_the_same(store, member):
    make_version(**GIFT, per_member=5)
    bought, gift = bring(member, store)
    Idem.objects.all().delete()

    OutboxRow.objects.filter(name="ReceiptPosted").update(delivered_at=None, completed_handlers=[])
    deliver()
    assert Coupon.objects.count() == 1, "a late repetition brought a second one"

    make_refund(bought)
    deliver()
    gift.refresh_from_db()
    assert gift.state == Coupon.State.VOID
