"""Purchases and mergers bring coupons about, once, and cost nothing where no campaign asks."""

import pytest

from coupons import services as coupons
from coupons.errors import NotTransferable
from coupons.models import Coupon
from district.kernel.idempotency import Key
from district.kernel.models import AuditLine, OutboxRow
from district.kernel.outbox import delivery
from loyalty import services as loyalty
from tests.factories.coupons import claim, fresh_key, make_version, redeem
from tests.factories.loyalty import buy, make_earning_store, make_refund
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import make_store

pytestmark = pytest.mark.django_db


def deliver():
    while delivery.deliver_due():
        pass


def test_a_large_receipt_brings_one_coupon_however_often_it_is_told():
    counter, member = make_earning_store(), make_member()
    make_version(gift_from_fen=10_000, claimable=False, per_member=5)
    buy(member, counter, fen=9_999)
    buy(member, counter, fen=10_000)
    deliver()
    # As if the handler's work were there and its mark were not.
    OutboxRow.objects.filter(name="ReceiptPosted").update(delivered_at=None, completed_handlers=[])
    deliver()

    assert Coupon.objects.get().source == Coupon.Source.RECEIPT


def test_goods_that_come_back_take_the_gift_with_them_once_too_little_is_left():
    counter, member = make_earning_store(), make_member()
    version = make_version(gift_from_fen=10_000, claimable=False, stock=5)
    bought = buy(member, counter, fen=15_000)
    deliver()
    make_refund(bought, fen=5_000)
    deliver()
    gift = Coupon.objects.get()
    assert gift.state == Coupon.State.LIVE

    make_refund(bought, fen=1)
    deliver()
    OutboxRow.objects.filter(name="ReceiptRefunded").update(
        delivered_at=None, completed_handlers=[]
    )
    deliver()

    gift.refresh_from_db()
    assert gift.state == Coupon.State.VOID
    assert sum(version.stock_slots.values_list("remaining", flat=True)) == 5
    assert AuditLine.objects.get(verb="take_back_gift").facts == {"receipt": bought.pk}


def test_a_gift_in_a_friends_wallet_goes_too_and_one_that_was_used_stays():
    counter, member, friend = make_earning_store(), make_member("小王"), make_member("小李")
    make_version(gift_from_fen=10_000, claimable=False, per_member=2, transferable=True)
    bought = [buy(member, counter, fen=10_000) for _ in range(2)]
    deliver()
    used, given_away = Coupon.objects.order_by("pk")
    redeem(used, store=counter)
    code = coupons.offer_coupon(coupon=given_away)
    coupons.accept_coupon(code=code, member=friend, key=fresh_key())

    for purchase in bought:
        make_refund(purchase)
    deliver()

    used.refresh_from_db()
    given_away.refresh_from_db()
    assert (used.state, given_away.state) == (Coupon.State.USED, Coupon.State.VOID)


def test_a_purchase_given_back_before_it_was_heard_of_brings_nothing():
    counter, member = make_earning_store(), make_member()
    make_version(gift_from_fen=10_000, claimable=False)

    make_refund(buy(member, counter, fen=10_000), fen=1)
    deliver()

    assert not Coupon.objects.exists()


def test_elsewhere_than_the_scope_says_nothing_is_given():
    counter, member = make_earning_store(), make_member()
    make_version(gift_from_fen=1, scope={"only": {"stores": [make_store().public_id]}})

    buy(member, counter, fen=10_000)
    deliver()

    assert not Coupon.objects.exists()


def test_without_a_campaign_events_pass_in_one_sweep():
    counter, member = make_earning_store(), make_member()
    for _ in range(3):
        buy(member, counter, fen=10_000)

    # Of each, that it was posted and that it earned points.
    assert delivery.deliver_due() == 6  # passed together; one at a time would be taken up by pieces
    assert not OutboxRow.objects.filter(delivered_at=None).exists()
    assert not OutboxRow.objects.exclude(attempts=0).exists()


def test_after_a_merger_the_coupons_are_the_others():
    version = make_version(per_member=1)
    old, new = make_member("旧号"), make_member("新号")
    coupon = claim(version, old)
    buy(old, make_earning_store(), fen=100)

    loyalty.merge_members(
        source=old, into=new, reason="同一人", by=make_operator(), key=Key.of("test", "merge")
    )
    deliver()

    coupon.refresh_from_db()
    assert (coupon.member, coupon.claimer) == (new, old)


def test_a_gift_that_a_merger_brings_back_is_not_given_again():
    version = make_version(transferable=True)
    giver, friend = make_member("甲"), make_member("乙")
    coupon = claim(version, giver)
    coupons.accept_coupon(
        code=coupons.offer_coupon(coupon=coupon), member=friend, key=Key.of("test", "gift")
    )
    buy(friend, make_earning_store(), fen=100)

    loyalty.merge_members(
        source=friend, into=giver, reason="同一人", by=make_operator(), key=Key.of("test", "merge")
    )
    deliver()

    coupon.refresh_from_db()
    assert (coupon.member, coupon.given_at) == (giver, None)
    with pytest.raises(NotTransferable):
        coupons.offer_coupon(coupon=coupon)


def test_a_merger_is_not_a_gift():
    version = make_version(transferable=True)
    old, new, friend = make_member("旧号"), make_member("新号"), make_member("友")
    coupon = claim(version, old)
    coupons.move_coupons(source=old.pk, into=new.pk)
    coupon.refresh_from_db()

    coupons.accept_coupon(
        code=coupons.offer_coupon(coupon=coupon), member=friend, key=Key.of("test", "gift")
    )

    coupon.refresh_from_db()
    assert coupon.member == friend
