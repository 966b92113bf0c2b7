"""One bill given back by several clerks at the same instant comes back once."""

import pytest

from coupons import services as coupons
from coupons.errors import BillAlreadyRefunded
from coupons.models import CouponBill, WholeBillRefund
from district.kernel import invariants
from loyalty import queries
from loyalty.models import Receipt
from tests.factories.coupons import claim, fresh_key, make_version, redeem, reported_bill
from tests.factories.loyalty import buy, make_earning_store, pay_points
from tests.factories.members import make_member
from tests.race import race

NO, AT_ONCE = "B-1", 8


@pytest.fixture
def sold(real_db):
    """Goods of ¥100: ¥5 off by a coupon, ¥10 by points, ¥85 paid."""
    store, member = make_earning_store(), make_member()
    buy(member, store, fen=500_000)
    redeem(claim(make_version(), member), store=store, bill=reported_bill(10_000, no=NO))
    pay_points(member, store, points=1_000, no=NO)
    buy(member, store, fen=8_500, no=NO)
    return store, member


def give_back(store, number, goods_fen=None):
    return coupons.refund_whole_bill(
        store=store,
        returned=coupons.ReturnedBill(bill_no=NO, refund_no=f"R-{number}", goods_fen=goods_fen),
        actor="till:1",
        key=fresh_key(),
    )


def test_of_many_refunds_of_a_whole_bill_one_happens(sold):
    store, member = sold

    outcomes = race(*[lambda number=number: give_back(store, number) for number in range(AT_ONCE)])

    done = [outcome for outcome in outcomes if isinstance(outcome, WholeBillRefund)]
    assert len(done) == 1
    assert {type(outcome) for outcome in outcomes} == {WholeBillRefund, BillAlreadyRefunded}
    assert (done[0].pay_back_fen, done[0].points_returned) == (8_500, 1_000)
    assert queries.balance_of(member).available == 5_000
    assert list(invariants.offences()) == []


def test_parts_given_back_at_the_same_instant_come_to_no_more_than_the_bill(sold):
    store, member = sold

    race(*[lambda number=number: give_back(store, number, 3_000) for number in range(AT_ONCE)])
    give_back(store, "rest")

    refunds = WholeBillRefund.objects.all()
    assert sorted(refund.goods_fen for refund in refunds) == [1_000, 3_000, 3_000, 3_000]
    assert sum(refund.pay_back_fen for refund in refunds) == 8_500
    assert CouponBill.objects.get().refunded_fen == 10_000
    assert Receipt.objects.get(receipt_no=NO).refunded_fen == 8_500
    assert queries.balance_of(member).available == 5_000
    assert list(invariants.offences()) == []
