"""Over HTTP: what was voided counts for nothing, and coupons take no more than their goods cost."""

import pytest

from tests.coupons.counter_requests import CHECK, counter, problem_of
from tests.factories.coupons import make_version

pytestmark = pytest.mark.django_db
__all__ = ["counter"]

COFFEE = {"products": ["coffee"]}


def lines(*positions):
    return [{"fen": fen, "product": product} for fen, product in positions]


def check(counter, coupon, fen, *positions):
    body = counter.body(counter.code_of(coupon), fen=fen, bill={"lines": lines(*positions)})
    del body["request_no"]
    answer = counter.ask(CHECK, body, counter.till)
    assert answer.status_code == 200, answer.content
    return answer.json()["offers"][0]


def test_a_voided_coffee_is_worth_nothing(counter):
    version = make_version(kind="cash_off", face_fen=1_500, scope=COFFEE)
    coupon = counter.another(version)
    voided = [(2_000, "coffee"), (-2_000, "coffee"), (5_000, "cake")]

    offer = check(counter, coupon, 5_000, *voided)

    assert (offer["usable"], offer["discount_fen"]) == (False, 0)
    assert [reason["code"] for reason in offer["reasons"]] == ["no_eligible_items"]
    refused = counter.redeem(counter.code_of(coupon), fen=5_000, bill={"lines": lines(*voided)})
    assert problem_of(refused) == (409, "coupon_not_usable")


def test_of_a_coffee_voided_in_part_the_rest_counts(counter):
    half = {"kind": "percent_off", "off_bp": 5_000, "cap_fen": 9_000, "scope": COFFEE}
    coffee = [(2_000, "coffee"), (-1_000, "coffee")]

    offer = check(counter, counter.another(make_version(**half)), 1_000, *coffee)
    assert (offer["eligible_fen"], offer["discount_fen"]) == (1_000, 500)

    dear = counter.another(make_version(threshold_fen=2_000, **half))
    offer = check(counter, dear, 1_000, *coffee)
    assert [(reason["code"], reason["short_fen"]) for reason in offer["reasons"]] == [
        ("below_threshold", 1_000)
    ]


def test_two_coupons_for_one_coffee_take_no_more_than_it_costs(counter):
    version = make_version(kind="cash_off", face_fen=1_500, stacking="free", scope=COFFEE)
    held = [counter.another(version), counter.another(version)]
    bill = {"no": "B-TV", "lines": lines((2_000, "coffee"), (300_000, "tv"))}
    body = counter.body(*map(counter.code_of, held), fen=302_000, bill=bill)
    request_body = {name: body[name] for name in ("store", "bill", "codes")}

    best = counter.ask(CHECK, request_body, counter.till).json()["best"]
    made = counter.redeem(*body["codes"], fen=302_000, bill=bill).json()

    assert [step["discount_fen"] for step in best] == [1_500, 500]
    assert best[-1]["left_fen"] == 300_000
    assert made["discount_fen"] == 2_000
    # What comes back is worth what was paid for it: of the coffee nothing, of the television all.
    paid_back = [
        counter.ask(
            "/till/coupons/refunds",
            {
                "store": counter.store.public_id,
                "bill_no": "B-TV",
                "refund_no": product,
                "goods_fen": fen,
                "lines": lines((fen, product)),
            },
            counter.till,
        ).json()["pay_back_fen"]
        for fen, product in ((2_000, "coffee"), (300_000, "tv"))
    ]
    assert paid_back == [0, 300_000]
