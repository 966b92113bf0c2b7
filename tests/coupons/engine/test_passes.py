"""Passes and logs of tills without a network: the cases every implementation must answer alike."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import pytest

from coupons import engine
from coupons.engine import passes
from coupons.engine.allowance import Allowance
from coupons.engine.hash_chain import BEGINNING, TerminalEntry, hash_of
from coupons.engine.passes import PassRefused

VECTORS = json.loads(Path(engine.__file__).with_name("passes.json").read_text(encoding="utf-8"))
KEYS = {int(version): bytes.fromhex(key) for version, key in VECTORS["public_keys"].items()}


def answer(case):
    try:
        coupon_pass = passes.read(case["code"], KEYS)
        passes.require_valid(coupon_pass, case["store"], datetime.fromisoformat(case["at"]))
    except PassRefused as refused:
        return str(refused), None
    return "good", coupon_pass


@pytest.mark.parametrize("case", VECTORS["passes"], ids=lambda case: case["name"])
def test_a_pass_is_good_or_says_why_not(case):
    outcome, coupon_pass = answer(case)

    assert outcome == case["expect"]
    if "shown" in case:
        found = asdict(coupon_pass)
        assert {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in found.items()
            if name != "key"
        } == case["shown"]


@pytest.mark.parametrize("case", VECTORS["chain"], ids=lambda case: str(case["entry"]["seq"]))
def test_a_line_of_the_log_seals_all_before_it(case):
    lines = tuple((fen, product) for fen, product in case["entry"]["lines"])

    assert (
        hash_of(case["before"], TerminalEntry(**case["entry"] | {"lines": lines})) == case["hash"]
    )


def test_the_hash_is_what_the_words_say():
    entry = TerminalEntry(
        1, "okt_1", "2026-11-27T10:00:00+08:00", "C", "B", 5, ((3, "x"), (2, "")), 1, "used"
    )

    words = f"{BEGINNING}\n1\nokt_1\n2026-11-27T10:00:00+08:00\nC\nB\n5\n3:x;2:\n1\nused"
    assert hash_of(BEGINNING, entry) == hashlib.sha256(words.encode()).hexdigest()


def test_every_reason_against_a_pass_is_met():
    assert {case["expect"] for case in VECTORS["passes"]} == {
        "good",
        "forged",
        "code_expired",
        "leased_to_another_store",
    }


@pytest.mark.parametrize("case", VECTORS["once"], ids=lambda case: case["name"])
def test_an_open_pass_counts_once(case):
    taken, answers = [], []
    for code in case["codes"]:
        coupon_pass = passes.read(code, KEYS)
        answers.append("pass_used" if passes.was_taken(coupon_pass, taken) else "taken")
        taken.append(coupon_pass)

    assert answers == case["expect"]


@pytest.mark.parametrize("case", VECTORS["allowance"], ids=lambda case: case["name"])
def test_an_allowance_counts_for_72_hours(case):
    charged = [(datetime.fromisoformat(at), fen) for at, fen in case["charged"]]
    left = Allowance(*case["allowance"]).left_at(datetime.fromisoformat(case["at"]), charged)

    assert left.covers(case["fen"]) == case["expect"]
