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


def split(fen: int, shares: Sequence[Share], rest_to: int) -> dict[int, int]:
    """Each share rounded down to the fen; what is left, with what nobody took, is the operator's."""
    parts = {share.party: 0 for share in shares} | {rest_to: 0}
    for share in shares:
        parts[share.party] += fen * share.bp // WHOLE
    parts[rest_to] += fen - sum(parts.values())
    return parts


def returned(fen: int, bill_fen: int, refunded_fen: int, already: int) -> int:
    """What of a discount of `fen` goes back when `refunded_fen` of a bill in all were given back.

    Cumulative, so that any number of partial refunds comes to the same as one: the whole when the whole
    bill goes back.
    """
    return fen * min(refunded_fen, bill_fen) // bill_fen - already if bill_fen else 0
