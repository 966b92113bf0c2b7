"""What is shown at the counter: rotating codes, tickets, printed numbers, gifts."""

from datetime import timedelta

import pytest
import time_machine

from coupons import services as coupons
from coupons.errors import CouponNotUsable, NotTransferable, PinClosed, PinWrong
from coupons.models import Coupon, CouponGift, PaperCode
from district.kernel import clock
from district.kernel.errors import TokenExpired, TokenInvalid, TokenUsed
from tests.factories.coupons import claim, fresh_key, make_version, redeem, reported_bill
from tests.factories.members import make_member
from tests.factories.merchants import allied_store

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def member():
    return make_member()


def check(store, *codes, fen=10_000):
    return coupons.check_coupons(store=store, reported_bill=reported_bill(fen), codes=codes)


def test_a_code_lives_half_a_minute(store, member):
    code = coupons.show_coupon(coupon=claim(make_version(), member)).code

    assert check(store, code).bill_evaluation.evaluations[0].usable
    later = clock.real_now() + timedelta(seconds=31)
    with time_machine.travel(later), pytest.raises(TokenExpired):
        check(store, code)


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda code: code[:-8],
        lambda code: code[:20] + ("A" if code[20] != "A" else "B") + code[21:],
        lambda _: "NONSENSE",
    ],
)
def test_a_truncated_or_forged_code_is_nobodys(store, member, spoilt):
    code = coupons.show_coupon(coupon=claim(make_version(), member)).code

    with pytest.raises(TokenInvalid):
        check(store, spoilt(code))


def test_a_ticket_redeems_at_its_store_and_at_no_other(store, member):
    coupon = claim(make_version(), member)
    checked = check(store, coupons.show_coupon(coupon=coupon).code)
    ticket = checked.tickets[coupon.public_id]

    with pytest.raises(TokenInvalid):
        check(allied_store(), ticket)
    with time_machine.travel(clock.real_now() + timedelta(minutes=9)):
        done = coupons.redeem_coupons(
            store=store,
            reported_bill=reported_bill(3_000),
            codes=[ticket],
            request_no="Q-1",
            actor="till:1",
            key=fresh_key(),
        )
    assert done.discount_fen == 500


def test_one_coupon_shown_twice_is_refused(store, member):
    coupon = claim(make_version(uses=5, stacking="free"), member)
    codes = [coupons.show_coupon(coupon=coupon).code for _ in range(2)]

    with pytest.raises(TokenUsed):
        check(store, *codes)


def test_a_used_coupon_says_so(store, member):
    coupon = claim(make_version(), member)
    code = coupons.show_coupon(coupon=coupon).code
    redeem(coupon, store=store)

    (evaluations,) = check(store, code).bill_evaluation.evaluations
    assert [reason.code for reason in evaluations.reasons] == ["used"]
    coupon.refresh_from_db()
    with pytest.raises(CouponNotUsable):
        coupons.show_coupon(coupon=coupon)


def test_a_printed_number_with_its_pin_serves_as_a_code(store, member):
    coupon = claim(make_version(), member)
    printed = coupons.print_coupon(coupon=coupon)

    assert check(store, printed).bill_evaluation.evaluations[0].coupon.pk == coupon.pk
    assert PaperCode.objects.get().tries_left == 5


def test_the_fifth_wrong_pin_closes_the_number(store, member):
    coupon = claim(make_version(), member)
    number, pin = coupons.print_coupon(coupon=coupon).split("-")
    wrong = f"{(int(pin) + 1) % 10_000:04d}"

    for left in (4, 3, 2, 1):
        with pytest.raises(PinWrong) as refused:
            check(store, f"{number}-{wrong}")
        assert refused.value.facts == {"tries_left": left}
    with pytest.raises(PinClosed):
        check(store, f"{number}-{wrong}")
    with pytest.raises(PinClosed):
        check(store, f"{number}-{pin}")
    assert coupons.print_coupon(coupon=coupon) != f"{number}-{pin}"
    assert PaperCode.objects.get().tries_left == 0, "printing anew gives no new tries"


def test_a_friend_takes_a_coupon_once_and_old_codes_die(store, member):
    version = make_version(transferable=True)
    coupon, friend = claim(version, member), make_member("小王")
    code = coupons.show_coupon(coupon=coupon).code
    gift = coupons.offer_coupon(coupon=coupon)

    taken = coupons.accept_coupon(code=gift, member=friend, key=fresh_key())

    assert (taken.member, taken.claimer) == (friend, member)
    assert CouponGift.objects.get().receiver == friend
    with pytest.raises(TokenInvalid):
        check(store, code)
    with pytest.raises(NotTransferable):
        coupons.accept_coupon(code=gift, member=make_member("小李"), key=fresh_key())
    with pytest.raises(NotTransferable):
        coupons.offer_coupon(coupon=taken)
    claim(version, friend)  # the friend's own limit is untouched
    assert Coupon.objects.filter(member=friend).count() == 2


def test_what_may_not_be_given(store, member):
    fixed = claim(make_version(), member)
    with pytest.raises(NotTransferable) as refused:
        coupons.offer_coupon(coupon=fixed)
    assert refused.value.facts == {"reason": "template"}

    own = claim(make_version(transferable=True), member)
    gift = coupons.offer_coupon(coupon=own)
    with pytest.raises(NotTransferable) as refused:
        coupons.accept_coupon(code=gift, member=member, key=fresh_key())
    assert refused.value.facts == {"reason": "own"}
    redeem(own, store=store)
    with pytest.raises(NotTransferable) as refused:
        coupons.accept_coupon(code=gift, member=make_member("小王"), key=fresh_key())
    assert refused.value.facts == {"reason": "state"}


def test_the_best_combination_is_found_and_told_line_by_line(store, member):
    cash = claim(make_version(stacking="free"), member)
    cut = claim(
        make_version(stacking="free", kind="percent_off", off_bp=1000, cap_fen=5_000), member
    )
    alone = claim(make_version(kind="cash_off", face_fen=600), member)

    checked = check(
        store,
        *(coupons.show_coupon(coupon=coupon).code for coupon in (cash, cut, alone)),
        fen=4_000,
    )

    assert {(step.coupon.public_id, step.discount_fen) for step in checked.best} == {
        (cash.public_id, 500),
        (cut.public_id, 400),
    }
    assert checked.best[-1].left_fen == 3_100
