"""The cases every implementation of the rules must answer alike."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from coupons import engine
from coupons.engine.benefits import KINDS
from coupons.engine.bill import Bill, BillLine, StoreRef
from coupons.engine.coupon import CouponState
from coupons.engine.eligibility import check_eligibility
from coupons.engine.reasons import REMEDIES
from coupons.engine.stacking import best, combined
from coupons.engine.terms import Stacking, Terms
from tests.coupons.engine.candidates import candidate

VECTORS = json.loads(Path(engine.__file__).with_name("vectors.json").read_text(encoding="utf-8"))
INSTANTS = {"from", "until", "valid_from", "valid_until", "leased_until"}


def with_instants(facts):
    return {
        name: datetime.fromisoformat(fact) if name in INSTANTS else fact
        for name, fact in facts.items()
    }


def is_workday(day: date) -> bool:
    return VECTORS["days"].get(day.isoformat(), day.isoweekday() < 6)


def named(cases):
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


@named(VECTORS["judging"])
def test_a_coupon_on_a_bill(case):
    lines = tuple(BillLine(**line) for line in case["bill"].get("lines", ()))

    eligibility = check_eligibility(
        CouponState(**with_instants(case["held"])),
        Terms.of(case["rules"]),
        Bill(case["bill"]["fen"], lines),
        StoreRef(**VECTORS["counters"][case["counter"]]),
        datetime.fromisoformat(case["at"]),
        is_workday,
    )

    expected = case["expect"]
    assert [(reason.code, reason.facts) for reason in eligibility.reasons] == [
        (reason["code"], with_instants(reason["facts"])) for reason in expected["reasons"]
    ]
    assert (eligibility.discount_fen, eligibility.eligible_fen) == (
        expected["discount_fen"],
        expected["eligible_fen"],
    )


@named(VECTORS["stacking"])
@pytest.mark.parametrize("turned", [False, True], ids=["as listed", "turned round"])
def test_coupons_together(case, turned):
    bill = Bill(case["bill_fen"], tuple(BillLine(**line) for line in case.get("lines", ())))
    before = [candidate(**with_instants(offer)) for offer in case.get("before", ())]
    offers = [candidate(**with_instants(offer)) for offer in case["offers"]]

    steps = combined(bill, best(bill, offers[::-1] if turned else offers, before), before)

    assert [step.coupon.public_id for step in steps] == case["chosen"]
    assert [
        {
            "code": step.coupon.public_id,
            "discount_fen": step.discount_fen,
            "left_fen": step.left_fen,
        }
        for step in steps
    ] == case["steps"]


def test_the_cases_leave_nothing_out():
    judging = VECTORS["judging"]
    codes = {reason["code"] for case in judging for reason in case["expect"]["reasons"]}
    names = [case["name"] for case in judging + VECTORS["stacking"]]

    # That two do not go together is not decided for a coupon by itself, and that a stay is no bill is the
    # counter's business.
    assert codes == set(REMEDIES) - {"not_beside_another", "only_for_parking"}
    assert {case["rules"]["benefit"]["kind"] for case in judging} == set(KINDS)
    assert {offer["stacking"] for case in VECTORS["stacking"] for offer in case["offers"]} == set(
        Stacking
    )
    assert len(names) == len(set(names))
