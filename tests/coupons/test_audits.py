"""Each audit query finds the row it is there for."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from coupons import services as coupons
from coupons.invariants import COUPONS, INVARIANTS
from coupons.models import CouponBill
from coupons.services import ReturnedGoods
from tests.factories.coupons import claim, fresh_key, make_version, redeem, reported_bill
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import allied_store

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_the_ledger]

# What breaks a promise, by the promise; written past the constraints, as no verb would.
BROKEN = {
    "a stock slot misses": "update coupons_stockslot set remaining = remaining - 1 where day is null"
    " and remaining > 0",
    "a budget misses": "update coupons_budgetslot set remaining_fen = remaining_fen - 1"
    " where remaining_fen > 0",
    "a coupon has been used as often": "update coupons_coupon set state = 'live', ended_at = null,"
    " uses_left = 1 where state = 'used'",
    "a coupon of one use": "drop index coupon_redeemed_once; insert into coupons_redemption"
    " (public_id, request_id, bill_id, merchant_id, store_id, coupon_id, version_id, member_id,"
    " single_use, eligible_fen, discount_fen, cost_fen, at) select 'rdm_twin', -1, bill_id,"
    " merchant_id, store_id, coupon_id, version_id, member_id, single_use, eligible_fen, 0, 0, at"
    " from coupons_redemption limit 1",
    "by an open pass": "drop index open_pass_redeemed_once; drop index coupon_redeemed_once;"
    " update coupons_redemption set pass_made_at = at; insert into coupons_redemption (public_id,"
    " request_id, bill_id, merchant_id, store_id, coupon_id, version_id, member_id, single_use,"
    " eligible_fen, discount_fen, cost_fen, pass_made_at, at) select 'rdm_twin', -1, bill_id,"
    " merchant_id, store_id, coupon_id, version_id, member_id, single_use, eligible_fen, 0, 0,"
    " pass_made_at, at from coupons_redemption limit 1",
    "a coupon is used within its time": "update coupons_redemption set at = '2004-01-01'",
    "nobody has claimed more than": "update coupons_coupon set claimer_id ="
    " (select min(id) from members_member), member_id = (select min(id) from members_member)",
    "nobody has claimed more on a day": "update coupons_coupon set claimer_id ="
    " (select min(id) from members_member), member_id = (select min(id) from members_member)",
    "value given back is": "update coupons_redemption set restored_fen = 1",
    "a coupon that can be used is still": "update loyalty_receipt set refunded_fen = 1;"
    " update kernel_outboxrow set delivered_at = now()",
    "a coupon that a purchase brought": "update coupons_coupon set source = 'claim'"
    " where source = 'receipt'",
    "a bill bears": "update coupons_couponbill set discount_fen = discount_fen + 1",
    "of a bill came back": "update coupons_couponbill set refunded_fen = refunded_fen + 1",
    "a redemption is borne": "update coupons_fundingpart set fen = fen + 1",
    "every part of another party": "delete from settlement_booking",
    "a coupon that another holds": "update coupons_coupon set member_id ="
    " (select max(id) from members_member), given_at = claimed_at where member_id <>"
    " (select max(id) from members_member)",
    "only what two people decided": "update coupons_templateversion set state = 'rejected',"
    " stopped_at = null",
    "no row of coupons points into nothing": "update coupons_coupon set claimer_id = -1,"
    " given_at = claimed_at",
    "of discounts came back": "update coupons_billrefund set discount_fen = discount_fen + 1",
    "each party bears": "update coupons_fundingpart set fen = fen + 1",
    "the alliance bears": "update coupons_fundingpart part set fen = fen + 1 from merchants_merchant party"
    " where party.id = part.party_id and party.kind = 'alliance' and part.fen > 0",
    "of a bill that came back as a whole": "update coupons_wholebillrefund"
    " set discount_fen = discount_fen + 1",
    "a redemption costs": "update coupons_redemption set cost_fen = cost_fen + 1",
    "a coupon reserves": "update coupons_coupon set reserved_fen = 501 where reserved_fen > 0",
    "a published version has": "update coupons_budgetslot set capacity_fen = capacity_fen + 1",
    "the coupons of a member that count": "update coupons_coupon set nth = nth + 1",
    "a coupon is given out while": "update coupons_coupon set claimed_at = '2004-01-01'",
    "a replacement stands for": "update coupons_coupon set source = 'replacement'",
    "an exchanged coupon was paid for": "update coupons_coupon set source = 'exchange'",
    "an exchanged coupon that was taken back": "update coupons_coupon set state = 'void',"
    " ended_at = claimed_at, nth = null, nth_of_day = null where source = 'exchange'",
    "what was given": "insert into coupons_coupongift (coupon_id, giver_id, receiver_id, at)"
    " select id, member_id, (select max(id) from members_member), claimed_at"
    " from coupons_coupon where member_id <> (select max(id) from members_member)",
}


TABLES = [
    "coupons_billrefund",
    "coupons_coupon",
    "coupons_couponbill",
    "coupons_fundingpart",
    "coupons_redemption",
    "coupons_templateversion",
    "loyalty_receipt",
    "coupons_wholebillrefund",
    "settlement_booking",
]


@pytest.fixture
def used():
    """Two members with a coupon each, one of them used and in part given back."""
    store = allied_store()
    version = make_version(stock=10, budget_fen=5_000, per_member_day=1, payers=[(None, 5_000)])
    first, other = make_member("一"), make_member("二")
    redeem(claim(version, first), store=store, bill=reported_bill(10_000, no="B-1"))
    claim(version, other)
    make_version(gift_from_fen=10_000, claimable=False)
    coupons.reward_receipt(receipt=buy(other, make_earning_store(), fen=10_000).pk)
    bought = make_version(points_price=50)
    coupons.exchange_coupon(version=bought, member=other, key=fresh_key())
    goods = ReturnedGoods("R-1", 1_000)
    coupons.refund_bill(bill=CouponBill.objects.get(), goods=goods, actor="till:1", key=fresh_key())
    returned = coupons.ReturnedBill("B-1", "W-1", goods_fen=1_000)
    coupons.refund_whole_bill(store=store, returned=returned, actor="till:1", key=fresh_key())


def test_nothing_is_found_where_all_is_well(used, capsys):
    call_command("audit", "coupons")

    assert f"clean: {len(INVARIANTS)}" in capsys.readouterr().out


@pytest.mark.parametrize("promise", BROKEN)
def test_a_broken_promise_is_found(used, promise):
    (query,) = [name for name in COUPONS if name.startswith(promise)]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        for name in (
            "coupon_counted_from_one",
            "coupon_nth_of_its_member_once",
            "coupon_nth_of_a_day_once",
        ):
            cursor.execute(f"alter table coupons_coupon drop constraint {name}")
        cursor.execute(BROKEN[promise])

    with connection.cursor() as cursor:
        cursor.execute(COUPONS[query])
        assert cursor.fetchall(), query
    with pytest.raises(CommandError, match="break a promise"):
        call_command("audit", "coupons")


def test_every_query_has_a_case():
    assert len(BROKEN) == len(COUPONS)
