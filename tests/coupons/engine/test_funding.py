"""Shares come to the whole, and partial refunds to the same as one."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coupons.engine.funding import REDEEMER, Share, returned_fen, split

OPERATOR = 7


def test_half_and_half_leaves_the_odd_fen_to_the_operator():
    assert split(501, [Share(REDEEMER, 5_000)], OPERATOR) == {REDEEMER: 250, OPERATOR: 251}


THIRDS = [Share(1, 3_300), Share(2, 3_300), Share(3, 3_400)]


@given(fen=some.integers(0, 10**9), turn=some.integers(0, 10**9))
def test_of_what_is_promised_whole_the_operator_bears_nothing(fen, turn):
    parts = split(fen, THIRDS, OPERATOR, turn)

    assert parts[OPERATOR] == 0
    assert sum(parts.values()) == fen


@given(
    fen=some.integers(0, 2_000),
    cuts=some.lists(some.integers(0, 10_000), max_size=5),
    turn=some.integers(0, 10**9),
)
def test_every_party_bears_its_share_to_less_than_a_fen(fen, cuts, turn):
    ends = sorted([0, *cuts])
    shares = [Share(at, end - start) for at, (start, end) in enumerate(pairwise(ends))]
    shares = [Share(share.party + 100, share.bp) for share in shares]

    parts = split(fen, shares, OPERATOR, turn)

    assert sum(parts.values()) == fen
    for share in shares:
        assert abs(parts[share.party] * 10_000 - fen * share.bp) < 10_000
    unpromised = 10_000 - sum(share.bp for share in shares)
    assert abs(parts[OPERATOR] * 10_000 - fen * unpromised) <= 5_000
    assert parts == split(fen, shares[::-1], OPERATOR, turn)


@pytest.mark.parametrize("step", [1, 2, 3], ids=lambda step: f"every {step}th coupon")
@pytest.mark.parametrize("most", [1, 2, 7, 333])
def test_over_ten_thousand_small_discounts_nobody_drifts(most, step):
    """Discounts of 1 fen to `most`, one after the other: each payer bears what it promised of the sum,
    give or take a few fen, where the largest remainder alone would be thousands of fen off."""
    borne, fens = Counter(), [number % most + 1 for number in range(10_000)]
    for number, fen in enumerate(fens):
        borne.update(split(fen, THIRDS, OPERATOR, 5_000 + number * step))

    assert borne[OPERATOR] == 0
    for share in THIRDS:
        assert abs(borne[share.party] - sum(fens) * share.bp / 10_000) < 15


@given(fens=some.lists(some.integers(1, 333), min_size=1, max_size=4), turn=some.integers(0, 10**6))
def test_what_came_back_whole_in_any_pieces_nobody_bears(fens, turn):
    left = sum(fens)
    borne = Counter(split(left, THIRDS, OPERATOR, turn))
    for fen in fens:
        before, after = (split(cost, THIRDS, OPERATOR, turn) for cost in (left, left - fen))
        left -= fen
        borne.update({party: after[party] - before[party] for party in before})
        assert borne == after

    assert set(borne.values()) == {0}


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
        part = returned_fen(fen, bill, refunded, back)
        assert part >= 0
        back += part

    assert back == returned_fen(fen, bill, refunded, 0)
    assert back + returned_fen(fen, bill, bill, back) == fen
