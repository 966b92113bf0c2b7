"""What followed a purchase follows it back, in whatever order: checked at the counter, delivered by the outbox."""

from datetime import UTC, datetime, timedelta

import pytest

from coupons import services as coupons
from coupons.errors import CouponNotUsable, NotLeasable, NotTransferable
from coupons.models import BudgetSlot, Coupon, ReceiptReward, StockSlot
from district.kernel import clock
from district.kernel.models import Idem, OutboxRow
from district.kernel.outbox import delivery
from loyalty import invariants
from loyalty import services as loyalty
from loyalty.services import EarningTerms
from tests.coupons.counter_requests import counter, problem_of  # noqa: F401 - a fixture
from tests.factories.coupons import claim, fresh_key, make_version, redeem
from tests.factories.coupons import reported_bill as bill_of
from tests.factories.loyalty import buy, make_earning_store, make_refund
from tests.factories.members import make_member, make_operator
from tests.mutations.protections import Protection, rewrite_functions
from tests.receipt_batches.rows import post_all, receipt_row

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
GIFT = {"gift_from_fen": 5_000, "claimable": False}


def deliver():
    while delivery.deliver_due():
        pass


@pytest.fixture
def store():
    return make_earning_store()


@pytest.fixture
def member():
    return make_member()


def bring(member, store, fen=10_000):
    """A purchase, and the gift that it brought, if any."""
    bought = buy(member, store, fen=fen)
    deliver()
    reward = ReceiptReward.objects.filter(receipt=bought).select_related("coupon").first()
    return bought, reward and reward.coupon


def undo(redemption, **options):
    return coupons.reverse_redemption(
        redemption=redemption, reason="扫错券", actor="till:1", key=fresh_key(), **options
    )


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


def test_what_was_given_back_and_bought_anew_brings_the_gift_of_the_purchase_that_is_kept(
    store, member
):
    make_version(**GIFT)  # one per member
    bought, _gift = bring(member, store)
    make_refund(bought)
    deliver()

    _kept, gift = bring(member, store)

    assert gift.state == Coupon.State.LIVE


def test_rung_up_anew_before_the_first_is_given_back_it_brings_the_gift_when_that_goes(
    store, member
):
    make_version(**GIFT)
    bought, _first = bring(member, store)
    kept, nothing = bring(member, store)
    assert nothing is None

    make_refund(bought)
    deliver()

    gift = ReceiptReward.objects.get(receipt=kept).coupon
    assert (gift.state, gift.member) == (Coupon.State.LIVE, member)
    OutboxRow.objects.filter(name="GiftTakenBack").update(delivered_at=None, completed_handlers=[])
    deliver()
    assert Coupon.objects.filter(state=Coupon.State.LIVE).count() == 1


def test_a_gift_that_expired_unused_counts_for_nothing_once_its_purchase_came_back(store, member):
    make_version(**GIFT, days_from=0, days=1)
    with clock.travel_to(NOON):
        bought, gift = bring(member, store)
    with clock.travel_to(NOON + timedelta(days=2)):
        coupons.expire_coupons()
        make_refund(bought)
        deliver()
        _kept, second = bring(member, store)

    gift.refresh_from_db()
    assert (gift.state, second.state) == (Coupon.State.VOID, Coupon.State.LIVE)


def test_a_used_gift_counts_also_after_its_purchase_came_back(store, member):
    make_version(**GIFT, threshold_fen=0)
    bought, gift = bring(member, store)
    redeem(gift, store=store)
    make_refund(bought)
    deliver()

    _kept, second = bring(member, store)

    assert second is None


@pytest.mark.parametrize(
    "limits", [{}, {"per_member": 5, "per_member_day": 1}, {"stock_per_day": 1}, {"stock": 1}]
)
def test_what_the_operator_took_back_unused_is_claimed_again(counter, limits):  # noqa: F811
    version = make_version(**limits)
    first = claim(version, counter.member)
    path, body = "/me/coupons", {"version": version.public_id}
    assert counter.ask(path, body).status_code == 409
    coupons.revoke_coupon(coupon=first, reason="误发", by=make_operator())

    again = counter.ask(path, body)

    assert again.status_code == 201, again.content
    assert problem_of(counter.ask(path, body))[0] == 409


def test_a_freed_number_lets_nobody_past_the_limit(member):
    """Of three with a limit of three the first is taken back: one more, not two."""
    version, by = make_version(per_member=3), make_operator()
    held = [claim(version, member) for _ in range(3)]
    coupons.revoke_coupon(coupon=held[0], reason="误发", by=by)

    claim(version, member)
    with pytest.raises(Exception, match="每人限领"):
        claim(version, member)

    coupons.issue_coupon(
        version=version, member=member, source="issue", key=fresh_key(), limited=False
    )
    numbers = Coupon.objects.exclude(state="void").order_by("nth").values_list("nth", flat=True)
    assert list(numbers) == [1, 2, 3, 4]


@pytest.mark.parametrize("by", ["a low rate", "the batch"])
def test_a_purchase_worth_no_points_brings_its_gift(member, by):
    # A point for each ¥1,000: ¥200 earn none.
    store = make_earning_store(EarningTerms(earn_points=1, earn_per_fen=100_000))
    make_version(gift_from_fen=20_000, claimable=False)
    if by == "the batch":
        post_all(store, [receipt_row(store, member, fen=20_000)])
    else:
        assert buy(member, store, fen=20_000).granted == 0
    deliver()

    gift = Coupon.objects.get()
    assert (gift.source, gift.member) == (Coupon.Source.RECEIPT, member)


def test_a_gift_heard_of_after_the_merger_goes_to_who_the_member_is_now(store):
    make_version(**GIFT)
    old, new = make_member("旧号"), make_member("新号")
    buy(old, store, fen=10_000)
    posted = OutboxRow.objects.filter(name="ReceiptPosted")
    posted.update(next_attempt_at=clock.real_now() + timedelta(hours=1))
    loyalty.merge_members(
        source=old, into=new, reason="同一人", by=make_operator(), key=fresh_key()
    )
    deliver()
    posted.update(next_attempt_at=clock.real_now())
    deliver()

    assert Coupon.objects.get().member == new
