"""Entries and exits of a plate: which belong together, in every order."""

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from district.kernel.clock import SHANGHAI
from parking.stays.pairing import GatePass, pair_passes

AT = datetime(2026, 3, 1, 10, tzinfo=SHANGHAI)


def read(text):
    """`in 0`, `out 60`: a pass so many seconds after the first."""
    word, seconds = text.split()
    at = AT + timedelta(seconds=int(seconds))
    return GatePass(hash(text), word == "in", at, text)


def paired(*texts):
    return [
        (
            " ".join(row.event_id for row in pair.entries),
            " ".join(row.event_id for row in pair.exits),
        )
        for pair in pair_passes(read(text) for text in texts)
    ]


@pytest.mark.parametrize(
    ("passes", "stays"),
    [
        (["in 0"], [("in 0", "")]),
        (["in 0", "out 600"], [("in 0", "out 600")]),
        (["out 600"], [("", "out 600")]),
        # A second entry: the exit between was lost.
        (["in 0", "in 600", "out 900"], [("in 0", ""), ("in 600", "out 900")]),
        (["in 0", "out 600", "out 900"], [("in 0", "out 600"), ("", "out 900")]),
        # Two cameras read one pass.
        (["in 0", "in 30", "out 600", "out 630"], [("in 0 in 30", "out 600 out 630")]),
        (["in 0", "in 31"], [("in 0", ""), ("in 31", "")]),
        (["out 0", "out 30"], [("", "out 0 out 30")]),
        # Out and in again within the half minute are two passes.
        (["in 0", "out 10", "in 20"], [("in 0", "out 10"), ("in 20", "")]),
        # At one instant a car leaves before it enters.
        (["in 0", "out 600", "in 600"], [("in 0", "out 600"), ("in 600", "")]),
    ],
)
def test_passes_are_paired_the_same_way_in_every_order(passes, stays):
    for order in permutations(passes):
        assert paired(*order) == stays


def test_no_pass_is_lost_or_counted_twice():
    passes = [f"{word} {second}" for second in range(0, 300, 20) for word in ("in", "out")]

    texts = [row.event_id for pair in pair_passes(map(read, passes)) for row in pair.passes]

    assert sorted(texts) == sorted(passes)
