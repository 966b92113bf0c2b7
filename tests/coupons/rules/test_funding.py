"""Shares come to the whole, and partial refunds to the same as one."""

from hypothesis import given
from hypothesis import strategies as some

from coupons.rules.funding import REDEEMER, Share, returned, split

OPERATOR = 7


def test_half_and_half_leaves_the_odd_fen_to_the_operator():
    assert split(501, [Share(REDEEMER, 5_000)], OPERATOR) == {REDEEMER: 250, OPERATOR: 251}


@given(fen=some.integers(0, 10**12), cuts=some.lists(some.integers(0, 5_000), max_size=2))
def test_nothing_is_lost(fen, cuts):
    parts = split(fen, [Share(party, bp) for party, bp in enumerate(cuts)], OPERATOR)

    assert sum(parts.values()) == fen
    assert all(part >= 0 for part in parts.values())


@given(
    fen=some.integers(0, 1_000),
    bill=some.integers(1, 10_000),
    pieces=some.lists(some.integers(1, 2_000), max_size=6),
)
def test_any_number_of_refunds_comes_to_the_same(fen, bill, pieces):
    refunded, back = 0, 0
    for piece in pieces:
        refunded = min(bill, refunded + piece)
        part = returned(fen, bill, refunded, back)
        assert part >= 0
        back += part

    assert back == returned(fen, bill, refunded, 0)
    assert back + returned(fen, bill, bill, back) == fen
