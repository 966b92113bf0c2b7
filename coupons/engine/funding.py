"""Who pays a discount, fixed when a template is published."""

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE = 10_000  # basis points

REDEEMER = 0  # stands for the merchant at whose counter the coupon is used


@dataclass(frozen=True, slots=True)
class Share:
    """A party's part in basis points; the party is a merchant's, a fund's or the alliance's number, or
    `REDEEMER`."""

    party: int
    bp: int


def split(fen: int, shares: Sequence[Share], rest_to: int, turn: int = 0) -> dict[int, int]:
    """Who bears how much of `fen`: each party its share, rounded down or up to the fen; `rest_to` what
    nobody promised, rounded to the nearest fen (half a fen is its own), so nothing where all is promised.

    The fen that rounding down leaves over go to those with the largest remainders in `turn`: of any
    10,000 turns in a row each bears one as often as its remainder says, so over many small discounts
    nobody bears more than promised. The same turn gives the same split.
    """
    promised: dict[int, int] = {}
    for share in shares:
        promised[share.party] = promised.get(share.party, 0) + share.bp
    parts = {party: fen * bp // WHOLE for party, bp in promised.items()}
    in_all = -((WHOLE - 2 * fen * sum(promised.values())) // (2 * WHOLE))
    remainders = {party: rest for party, bp in promised.items() if (rest := fen * bp % WHOLE)}
    for party in _in_turn(remainders, in_all - sum(parts.values()), turn):
        parts[party] += 1
    parts[rest_to] = parts.get(rest_to, 0) + fen - sum(parts.values())
    return parts


# Its multiples, counted in a circle of 10,000, lie evenly however many they are (the golden section).
_STEP = 6_181


def _in_turn(remainders: dict[int, int], count: int, turn: int) -> list[int]:
    """So many of the parties, each as likely as its remainder is large: the remainders are laid end to
    end with `count` marks at even distances on them, the first of which stands where the turn says."""
    left, chosen = dict(remainders), []
    # Whose remainder reaches from mark to mark is met whatever the turn.
    while sure := [party for party, rest in left.items() if rest * count >= sum(left.values())]:
        chosen.append(sure[0])
        count -= 1
        del left[sure[0]]
    length, reached = sum(left.values()), 0
    first = turn * _STEP % WHOLE * length
    for party in sorted(left):
        before = _marks(reached * count * WHOLE, first, WHOLE * length)
        reached += left[party]
        if _marks(reached * count * WHOLE, first, WHOLE * length) > before:
            chosen.append(party)
    return chosen


def _marks(at: int, first: int, distance: int) -> int:
    """How many marks stand before a place: the first one, and then each after a distance."""
    return max(-((first - at) // distance), 0)


def returned_fen(fen: int, bill_fen: int, refunded_fen: int, already: int) -> int:
    """What of a discount of `fen` goes back when `refunded_fen` of a bill in all were given back.

    Cumulative, so that any number of partial refunds comes to the same as one: the whole when the whole
    bill goes back.
    """
    return fen * min(refunded_fen, bill_fen) // bill_fen - already if bill_fen else 0
