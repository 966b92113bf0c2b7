"""Coupons are taken back while others are claimed, and an exchange is undone by several at once."""

import pytest

from coupons import services as coupons
from coupons.models import Coupon
from district.kernel import invariants
from loyalty.models import Transfer
from loyalty.queries import balance_of
from tests.factories.coupons import claim, fresh_key, make_version
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_operator
from tests.race import race

pytestmark = pytest.mark.usefixtures("real_db")


def test_a_limit_holds_while_numbers_become_free():
    version, member, by = (
        make_version(per_member=3, per_member_day=3),
        make_member(),
        make_operator(),
    )
    held = [claim(version, member) for _ in range(3)]

    race(
        *[
            lambda coupon=coupon: coupons.revoke_coupon(coupon=coupon, reason="误发", by=by)
            for coupon in held
        ],
        *[lambda: claim(version, member)] * 9,
    )

    live = Coupon.objects.exclude(state=Coupon.State.VOID)
    assert live.count() <= 3
    assert sorted(live.values_list("nth", flat=True))[-1:] <= [3]
    assert list(invariants.offences()) == []
    while live.count() < 3:
        claim(version, member)


def test_of_an_exchange_undone_by_many_at_once_the_points_return_once():
    member, by = make_member(), make_operator()
    buy(member, make_earning_store(), fen=10_000)
    version = make_version(points_price=60, exchange_undo_minutes=30)
    coupon = coupons.exchange_coupon(version=version, member=member, key=fresh_key())
    held = Coupon.objects.get(pk=coupon.pk)

    outcomes = race(
        *[lambda: coupons.undo_exchange(coupon=held, member=member, key=fresh_key())] * 6,
        *[lambda: coupons.revoke_coupon(coupon=held, reason="误发", by=by)] * 2,
    )

    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert balance_of(member).available == 100
    assert Transfer.objects.filter(kind="reverse_spend").count() == 1
