"""A purchase is reported to listeners while its goods come back: what it brings does not outlive them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from coupons import services as coupons
from coupons.models import Coupon
from district.embedded.processes import wait_until
from tests.factories.coupons import fresh_key, make_version, redeem
from tests.factories.loyalty import buy, make_earning_store, make_refund
from tests.factories.members import make_member
from tests.race import race


@pytest.fixture
def bought(real_db):
    make_version(gift_from_fen=10_000, claimable=False, per_member=99, stock=99, slots=4)
    counter, member = make_earning_store(), make_member()
    return [buy(member, counter, fen=10_000) for _ in range(16)]


def waits_for_somebody():
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
        )
        return cursor.fetchone()[0]


def test_who_takes_back_waits_for_who_is_giving(bought):
    """The event of the refund is delivered before the gift is committed."""
    receipt = bought[0]

    def take_back():
        try:
            return coupons.take_back_gifts(receipt=receipt.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert coupons.reward_receipt(receipt=receipt.pk) == 1
            pool.submit(_refund, receipt).result()
            taken = pool.submit(take_back)
            wait_until(lambda: taken.done() or waits_for_somebody(), patience=30)
        assert taken.result() == 1

    assert Coupon.objects.get().state == Coupon.State.VOID


def test_of_purchases_given_back_at_the_same_instant_no_gift_is_left(bought):
    def refund_and_take_back(receipt):
        _refund(receipt)
        coupons.take_back_gifts(receipt=receipt.pk)

    outcomes = race(
        *[lambda receipt=receipt: coupons.reward_receipt(receipt=receipt.pk) for receipt in bought],
        *[lambda receipt=receipt: refund_and_take_back(receipt) for receipt in bought],
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert set(Coupon.objects.values_list("state", flat=True)) <= {Coupon.State.VOID}


def _refund(receipt):
    try:
        make_refund(receipt, fen=1)
    finally:
        connection.close()


def test_of_gifts_whose_use_is_undone_while_the_purchase_comes_back_none_lives(real_db):
    make_version(gift_from_fen=10_000, claimable=False, per_member=99, threshold_fen=0)
    counter, member = make_earning_store(), make_member()
    receipts = [buy(member, counter, fen=10_000) for _ in range(12)]
    for receipt in receipts:
        assert coupons.reward_receipt(receipt=receipt.pk) == 1
    uses = [
        redeem(coupon, store=counter).redemptions.get() for coupon in Coupon.objects.order_by("pk")
    ]

    def undo(use):
        return lambda: coupons.reverse_redemption(
            redemption=use, reason="扫错", actor="till:1", key=fresh_key()
        )

    def take_back(receipt):
        def run():
            _refund(receipt)
            coupons.take_back_gifts(receipt=receipt.pk)

        return run

    outcomes = race(*map(undo, uses), *map(take_back, receipts))

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert set(Coupon.objects.values_list("state", "nth")) == {(Coupon.State.VOID, None)}
