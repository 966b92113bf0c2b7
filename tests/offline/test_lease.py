"""A lease binds a coupon to one store; its pass is good there, and only there, until it ends."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from coupons import services as coupons
from coupons.engine import passes
from coupons.errors import CodeLeasedElsewhere, CouponNotUsable, NotLeasable, NotTransferable
from coupons.models import Coupon
from district.kernel import clock
from district.kernel.errors import KeyReused, TokenExpired, TokenInvalid
from district.kernel.idempotency import Key
from tests.factories.coupons import PARKING, claim, fresh_key, make_version, redeem, reported_bill
from tests.factories.merchants import allied_store, make_store

pytestmark = pytest.mark.django_db


def leased(coupon, store, hours=4, key=None):
    return coupons.lease_coupon(coupon=coupon, store=store, hours=hours, key=key or fresh_key())


@pytest.fixture
def coupon(member):
    return claim(make_version(offline="leased"), member)


def test_a_leased_coupon_is_shown_by_one_pass_until_the_lease_ends(coupon, store):
    held = leased(coupon, store)

    code = coupons.show_coupon(coupon=held)
    later = clock.real_now() + timedelta(hours=3)
    with time_machine.travel(later):
        done = coupons.redeem_coupons(
            store=store,
            reported_bill=reported_bill(5_000),
            codes=[code.code],
            request_no="L1",
            actor="till:1",
            key=fresh_key(),
        )

    assert code.expires_at == held.leased_until
    assert len(code.code) == passes.LENGTH
    assert done.discount_fen == 500


def test_elsewhere_neither_pass_nor_printed_number_nor_screenshot_helps(coupon, store):
    paper = coupons.print_coupon(coupon=coupon)
    shown_before = coupons.show_coupon(coupon=coupon).code
    held, other = leased(coupon, store), allied_store()
    code = coupons.show_coupon(coupon=held).code

    for text, refusal in [
        (code, CodeLeasedElsewhere),
        (paper, CouponNotUsable),
        (shown_before, CouponNotUsable),
    ]:
        with pytest.raises(refusal):
            coupons.redeem_coupons(
                store=other,
                reported_bill=reported_bill(5_000),
                codes=[text],
                request_no="L2",
                actor="till:1",
                key=fresh_key(),
            )
    assert Coupon.objects.get().state == Coupon.State.LIVE


def test_after_its_end_the_pass_is_dead_and_the_coupon_free(coupon, store):
    held = leased(coupon, store, hours=1)
    code = coupons.show_coupon(coupon=held).code

    with time_machine.travel(clock.real_now() + timedelta(minutes=61)):
        with pytest.raises(TokenExpired):
            coupons.check_coupons(store=store, reported_bill=reported_bill(5_000), codes=[code])
        redeem(Coupon.objects.get(), store=allied_store())

    assert Coupon.objects.get().state == Coupon.State.USED


def test_a_leased_coupon_is_not_given_away_and_not_leased_again(coupon, store, member):
    coupon = claim(make_version(offline="leased", transferable=True), member)
    gift = coupons.offer_coupon(coupon=coupon)
    held = leased(coupon, store)

    with pytest.raises(NotTransferable):
        coupons.accept_coupon(code=gift, member=member, key=fresh_key())
    with pytest.raises(NotLeasable) as refused:
        leased(held, allied_store())
    assert refused.value.facts == {"reason": "state"}


def test_the_same_key_leases_once(coupon, store):
    key = Key.of("test", "once", hours=4)

    assert leased(coupon, store, key=key).pk == leased(coupon, store, key=key).pk
    with pytest.raises(KeyReused):
        leased(coupon, store, key=Key.of("test", "once", hours=5))


def test_only_where_and_while_it_may_be_used(store, member):
    here = {"only": {"stores": [store.public_id]}}
    cases = [
        (claim(make_version(), member), store, "template"),
        (claim(make_version(offline="leased", scope=here), member), allied_store(), "store"),
        (claim(make_version(offline="leased", **PARKING), member), store, "store"),
        (
            claim(make_version(offline="leased", days_from=1, days=3), member),
            store,
            "state",
        ),
    ]

    for coupon, where, reason in cases:
        with pytest.raises(NotLeasable) as refused:
            leased(coupon, where)
        assert refused.value.facts == {"reason": reason}


def test_a_lease_ends_no_later_than_the_coupon(store, member):
    coupon = claim(
        make_version(
            offline="leased",
            valid_from=clock.now() - timedelta(days=1),
            valid_until=clock.now() + timedelta(minutes=30),
        ),
        member,
    )

    assert leased(coupon, store, hours=24).leased_until <= coupon.valid_until


def test_a_coupon_of_many_uses_is_used_up_by_one_pass_at_its_store(store, member):
    coupon = claim(make_version(offline="leased", uses=2), member)
    code = coupons.show_coupon(coupon=leased(coupon, store)).code

    for number in (1, 2):
        coupons.redeem_coupons(
            store=store,
            reported_bill=reported_bill(5_000),
            codes=[code],
            request_no=f"L{number}",
            actor="till:1",
            key=fresh_key(),
        )
    with pytest.raises(CouponNotUsable):
        coupons.redeem_coupons(
            store=store,
            reported_bill=reported_bill(5_000),
            codes=[code],
            request_no="L3",
            actor="till:1",
            key=fresh_key(),
        )


def test_a_pass_that_was_changed_by_one_bit_is_none(coupon, store):
    code = coupons.show_coupon(coupon=leased(coupon, store)).code

    for place in range(0, passes.LENGTH, 7):
        other = "A" if code[place] != "A" else "B"
        forged = code[:place] + other + code[place + 1 :]
        with pytest.raises(TokenInvalid):
            coupons.check_coupons(store=store, reported_bill=reported_bill(5_000), codes=[forged])


def test_another_store_of_the_same_merchant_is_another_store(coupon, store):
    held = leased(coupon, store)
    code = coupons.show_coupon(coupon=held).code

    with pytest.raises(CodeLeasedElsewhere):
        coupons.check_coupons(
            store=make_store(merchant=store.merchant),
            reported_bill=reported_bill(5_000),
            codes=[code],
        )


@pytest.mark.parametrize(
    "change",
    [
        {"leased_to": None, "leased_at": None, "leased_until": None},
        {"leased_until": clock.real_now() + timedelta(minutes=5)},
        {"leased_at": clock.real_now() + timedelta(minutes=5)},
    ],
    ids=["taken back", "cut short", "begun anew"],
)
def test_the_database_lets_a_lease_stand_whoever_writes(coupon, store, change):
    leased(coupon, store)

    with pytest.raises(DatabaseError), transaction.atomic():
        Coupon.objects.filter(pk=coupon.pk).update(**change)


def test_a_lease_of_less_than_a_second_is_none(store, member):
    end = (clock.now() + timedelta(minutes=1)).replace(microsecond=500_000)
    lasting = {"valid_from": clock.now() - timedelta(days=1), "valid_until": end}
    coupon = claim(make_version(offline="leased", **lasting), member)

    with (
        time_machine.travel(end.replace(microsecond=200_000), tick=False),
        pytest.raises(NotLeasable) as refused,
    ):
        leased(coupon, store)
    assert refused.value.facts == {"reason": "state"}
