"""Right codes on wrong terms: amounts, numbers, others' coupons, too many tries; nothing is written."""

from datetime import timedelta

import pytest

from coupons import services as coupons
from coupons.engine.bill import Bill
from coupons.errors import PinClosed, PinWrong
from coupons.models import Coupon, PaperCode, Redemption
from district.kernel import clock
from tests.coupons.counter_requests import (  # noqa: F401
    CHECK,
    REDEMPTIONS,
    CounterRequests,
    counter,
    nothing_written,
    problem_of,
)
from tests.factories.coupons import PERCENT_OFF, issue, make_version
from tests.factories.merchants import till_key_text
from tests.race import race

MALFORMED, NOT_USABLE = (400, "invalid_request"), (409, "coupon_not_usable")
NOT_FOUND, REUSED = (404, "not_found"), (422, "idempotency_key_reused")
HUGE = 10**12 + 1

AMOUNTS = {
    "negative": -1,
    "more than all money": HUGE,
    "2^63": 2**63,
    "endless": 10**400,
    "a fraction": 2_000.5,
    "a whole fraction": 2_000.0,
    "text": "2000",
    "true": True,
    "null": None,
    "a list": [2_000],
}


@pytest.mark.parametrize("kind", AMOUNTS)
def test_an_amount_that_is_none(counter, kind):  # noqa: F811
    fen = AMOUNTS[kind]
    counter.used(no="B-OLD")
    line = {"lines": [{"fen": fen, "product": "4711"}]}
    # Of a line an amount below zero is something given back.
    wrong_lines = [] if kind == "negative" else [line]

    with nothing_written():
        for act in (CHECK, REDEMPTIONS):
            for bill in ({"fen": fen}, *wrong_lines):
                body = counter.body(counter.code, bill=bill)
                assert problem_of(counter.ask(act, body, counter.till)) == MALFORMED
        assert problem_of(counter.refund("B-OLD", fen)) == MALFORMED
        assert problem_of(counter.refund("B-OLD", 0)) == MALFORMED


def test_too_many_lines_and_lines_of_another_form(counter):  # noqa: F811
    with nothing_written():
        for lines in (
            [{"fen": 1}] * 501,
            [{"fen": 1, "product": "x" * 65}],
            [{"product": "4711"}],
            ["4711"],
            {"fen": 1},
        ):
            assert problem_of(counter.redeem(counter.code, bill={"lines": lines})) == MALFORMED


def test_a_bill_of_nothing_and_one_below_the_threshold(counter):  # noqa: F811
    with nothing_written():
        for fen, short in ((0, 2_000), (1_999, 1)):
            answer = counter.redeem(counter.code, fen=fen)
            assert problem_of(answer) == NOT_USABLE
            (reason,) = answer.json()["reasons"]
            assert (reason["code"], reason["short_fen"]) == ("below_threshold", short)
            assert answer.json()["detail"].startswith("适用金额还差 ")


def test_no_discount_is_more_than_its_bill_whatever_the_lines_say(counter):  # noqa: F811
    percent = make_version(scope={"products": ["4711"]}, stacking="free", **PERCENT_OFF)
    whole = make_version(kind="cash_off", face_fen=9_000, threshold_fen=0, stacking="free")
    code, other = (counter.code_of(counter.another(version)) for version in (percent, whole))
    lines = {"lines": [{"fen": 10**12, "product": "4711"}] * 3}

    cut = counter.redeem(code, fen=2_000, no="B-1", bill=lines).json()["discount_fen"]
    rest = counter.redeem(other, fen=2_000, no="B-1", bill=lines).json()["discount_fen"]

    assert (cut, rest) == (200, 1_800)
    third = counter.code_of(counter.another(whole))
    with nothing_written():
        answer = counter.redeem(third, fen=2_000, no="B-1", bill=lines)
        assert problem_of(answer) == NOT_USABLE
        assert answer.json()["reasons"][0]["code"] == "no_eligible_items"


def test_lines_without_what_the_coupon_is_for(counter):  # noqa: F811
    version = make_version(scope={"products": ["4711"]})
    code = counter.code_of(counter.another(version))

    with nothing_written():
        for bill in ({}, {"lines": [{"fen": 10_000}]}, {"lines": [{"fen": -1, "product": "4711"}]}):
            answer = counter.redeem(code, bill=bill)
            assert problem_of(answer) == NOT_USABLE
            assert answer.json()["reasons"][0]["code"] == "no_eligible_items"


def test_a_number_told_again_with_other_terms(counter):  # noqa: F811
    first = counter.body(counter.code, no="B-1", fen=10_000)
    assert counter.ask(REDEMPTIONS, first, counter.till, "key-1").status_code == 201
    code = counter.code
    other_bill = {"no": "B-2", "fen": 10_000}

    with nothing_written():
        for terms in (
            {"bill": other_bill},
            {"bill": {"no": "B-1", "fen": 9_999}},
            {"bill": first["bill"] | {"lines": [{"fen": 1}]}},
            {"request_no": "Q-X"},
        ):
            answer = counter.ask(
                REDEMPTIONS, first | terms | {"codes": [code]}, counter.till, "key-1"
            )
            assert problem_of(answer) == REUSED, terms
        again = counter.body(code, no="B-3", request_no=first["request_no"])
        assert problem_of(counter.ask(REDEMPTIONS, again, counter.till)) == (
            409,
            "request_already_redeemed",
        )
        assert problem_of(counter.redeem(code, no="B-1", fen=9_999)) == (
            409,
            "coupon_bill_told_otherwise",
        )
        same = counter.ask(REDEMPTIONS, first, counter.till, "key-1")
        assert same.status_code == 201


def test_a_key_of_the_phone_means_one_thing(counter):  # noqa: F811
    other = make_version()
    claimed = counter.ask("/me/coupons", {"version": counter.version.public_id}, key="key-1")
    gift = coupons.offer_coupon(coupon=counter.another())

    with nothing_written():
        assert (
            problem_of(counter.ask("/me/coupons", {"version": other.public_id}, key="key-1"))
            == REUSED
        )
        assert problem_of(counter.ask("/me/coupons/gifts", {"code": gift}))[0] == 409
        again = counter.ask("/me/coupons", {"version": counter.version.public_id}, key="key-1")
        assert again.content == claimed.content


def test_a_reversal_of_anothers_redemption_or_told_twice(counter):  # noqa: F811
    mine = counter.used()
    stranger = till_key_text(counter.elsewhere)
    there = {"store": counter.elsewhere.public_id, "token": stranger}

    with nothing_written():
        assert problem_of(counter.reverse(mine, **there)) == NOT_FOUND
        assert problem_of(counter.reverse("rdm_" + "0" * 22)) == NOT_FOUND
        assert problem_of(counter.reverse(mine, store=counter.elsewhere.public_id)) == (
            403,
            "store_not_yours",
        )
        for reason in ("", " ", "x" * 201, "a\0b", None):
            assert problem_of(counter.reverse(mine, reason=reason)) == MALFORMED
    with clock.travel_to(clock.now() + timedelta(days=1)), nothing_written():
        assert problem_of(counter.reverse(mine)) == (409, "redemption_reversal_too_late")
    assert counter.reverse(mine, key="key-1").status_code == 201
    with nothing_written():
        assert problem_of(counter.reverse(mine)) == (409, "redemption_already_reversed")
        assert problem_of(counter.reverse(mine, key="key-1", reason="另一个原因")) == REUSED
        assert counter.reverse(mine, key="key-1").status_code == 201


def test_a_refund_of_more_than_the_bill_or_of_anothers(counter):  # noqa: F811
    counter.used(no="B-1", fen=10_000)
    stranger = till_key_text(counter.elsewhere)
    there = {"bill_no": "B-1", "goods_fen": 1, "refund_no": "R-9"}

    with nothing_written():
        assert problem_of(counter.refund("B-1", 10_001)) == (409, "coupon_refund_too_large")
        assert problem_of(counter.refund("B-2", 1)) == NOT_FOUND
        for store, code in (
            (counter.store, (403, "store_not_yours")),
            (counter.elsewhere, NOT_FOUND),
        ):
            body = there | {"store": store.public_id}
            assert problem_of(counter.ask("/till/coupons/refunds", body, stranger)) == code
    assert counter.refund("B-1", 4_000, key="key-1").status_code == 201
    with nothing_written():
        assert problem_of(counter.refund("B-1", 6_001, refund_no="R-2")) == (
            409,
            "coupon_refund_too_large",
        )
        assert problem_of(counter.refund("B-1", 1_000)) == (409, "coupon_refund_number_used")
        assert problem_of(counter.refund("B-1", 4_001, key="key-1")) == REUSED
        assert problem_of(counter.redeem(counter.code, no="B-1", fen=10_000)) == (
            409,
            "coupon_bill_refunded",
        )


def test_a_coupon_of_another_merchant_or_member(counter):  # noqa: F811
    theirs = {"only": {"merchants": [counter.elsewhere.merchant.public_id]}}
    foreign = make_version(
        merchant=counter.elsewhere.merchant, scope=theirs, at_counter=True, claimable=False
    )
    code = counter.code_of(counter.another(foreign))
    friends = issue(counter.version, counter.friend).public_id

    with nothing_written():
        answer = counter.redeem(code)
        assert problem_of(answer) == NOT_USABLE
        (reason,) = answer.json()["reasons"]
        assert (reason["code"], reason["where"][0]["store"]) == (
            "not_at_this_store",
            counter.elsewhere.public_id,
        )
        for act in ("code", "paper", "gift"):
            assert problem_of(counter.ask(f"/me/coupons/{friends}/{act}", b"")) == NOT_FOUND
        assert problem_of(counter.ask("/me/coupons", {"version": foreign.public_id})) == (
            409,
            "coupon_not_claimable",
        )


def test_five_wrong_pins_close_the_number_for_good(counter):  # noqa: F811
    number, pin = coupons.print_coupon(coupon=counter.coupon).split("-")
    wrong = f"{number}-{(int(pin) + 1) % 10_000:04d}"

    with nothing_written(but="coupons_papercode"):
        responses = [counter.redeem(wrong) for _ in range(6)]
        after = counter.redeem(f"{number}-{pin}")
    anew = coupons.print_coupon(coupon=counter.coupon)
    with nothing_written():
        reprinted = counter.redeem(anew)

    assert [answer.json().get("tries_left") for answer in responses] == [4, 3, 2, 1, None, None]
    assert [problem_of(response) for response in responses] == [(403, "coupon_pin_wrong")] * 4 + [
        (403, "coupon_pin_closed")
    ] * 2
    assert problem_of(after) == problem_of(reprinted) == (403, "coupon_pin_closed")


def test_of_many_wrong_pins_at_once_five_count(real_db):
    client = CounterRequests()
    number, pin = coupons.print_coupon(coupon=client.coupon).split("-")

    def guess(digits):
        bill = Bill(10_000, bill_no=f"B{digits}")
        return lambda: coupons.check_coupons(
            store=client.store, reported_bill=bill, codes=[f"{number}-{digits}"]
        )

    wrong = [f"{(int(pin) + step) % 10_000:04d}" for step in range(1, 17)]
    with nothing_written(but="coupons_papercode"):
        came = race(*map(guess, wrong))
        (after,) = race(guess(pin))

    assert {type(outcome) for outcome in came} <= {PinWrong, PinClosed}
    assert sum(isinstance(outcome, PinWrong) for outcome in came) <= 4
    assert isinstance(after, PinClosed)
    assert PaperCode.objects.get().tries_left == 0


def test_who_tries_codes_is_slowed_down(counter):  # noqa: F811
    with nothing_written():
        responses = [counter.ask("/me/coupons/codes", {"code": f"GUESS{n:04}"}) for n in range(11)]

    assert [problem_of(response) for response in responses[:10]] == [
        (409, "coupon_code_not_usable")
    ] * 10
    assert problem_of(responses[10]) == (429, "too_many_requests")
    assert 1 <= int(responses[10].headers["Retry-After"]) <= 60


def test_whoever_left_the_alliance_redeems_nothing(counter):  # noqa: F811
    counter.store.merchant.memberships.all().delete()

    with nothing_written():
        assert problem_of(counter.redeem(counter.code)) == (409, "store_not_in_alliance")


def test_after_all_this_the_coupon_is_good(counter):  # noqa: F811
    for code in ("AAAA", counter.code[:-1]):
        counter.redeem(code)
    counter.redeem(counter.code, fen=-1)

    assert counter.used()
    assert Redemption.objects.count() == 1
    assert Coupon.objects.get(pk=counter.coupon.pk).uses_left == 1
