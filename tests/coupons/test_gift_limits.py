"""What a gift counts against the limits, and which purchases bring one."""

from datetime import timedelta

import pytest

from coupons import services as coupons
from coupons.models import Coupon, ReceiptReward
from district.kernel import clock
from district.kernel.models import OutboxRow
from loyalty import services as loyalty
from loyalty.services import EarningTerms
from tests.coupons.counter_requests import counter, problem_of  # noqa: F401 - a fixture
from tests.coupons.gift_steps import GIFT, NOON, bring, deliver
from tests.factories.coupons import claim, fresh_key, make_version, redeem
from tests.factories.loyalty import buy, make_earning_store, make_refund
from tests.factories.members import make_member, make_operator
from tests.receipt_batches.rows import post_all, receipt_row

pytestmark = pytest.mark.django_db


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
