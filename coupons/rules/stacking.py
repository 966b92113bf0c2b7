"""Which coupons may lie on one bill together, and which of those together take off the most.

Each coupon is reckoned on the whole of its eligible amount, whatever lies beside it, so the order in
which they are shown changes nothing; together they never take off more than the bill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# More on one bill nobody shows, and the search stays far below a millisecond's worth of surprise.
MOST = 24


class Stacking(StrEnum):
    """What a coupon bears beside it; of two coupons both must bear the other."""

    ALONE = "alone"
    ONE_PER_KIND = "one_per_kind"
    ONE_PER_LEVEL = "one_per_level"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Offer:
    """A coupon that may be used on the bill, and what it takes off; `level` is whose it is: a
    merchant's or the platform's. `valid_until` decides between equals: the one that ends first."""

    code: str
    discount_fen: int
    stacking: Stacking
    kind: str
    level: str
    valid_until: datetime

    def bears(self, other: "Offer") -> bool:
        match self.stacking:
            case Stacking.ALONE:
                return False
            case Stacking.ONE_PER_KIND:
                return self.kind != other.kind
            case Stacking.ONE_PER_LEVEL:
                return self.level != other.level
        return True


@dataclass(frozen=True, slots=True)
class Step:
    """A coupon of the chosen ones, what it takes off, and what is left to pay after it, in fen."""

    code: str
    discount_fen: int
    left_fen: int


def go_together(one: Offer, other: Offer) -> bool:
    return one.bears(other) and other.bears(one)


def combined(bill_fen: int, offers: Sequence[Offer]) -> tuple[Step, ...]:
    """These coupons one after the other; the last is cut where the bill is paid."""
    left, steps = bill_fen, []
    for offer in sorted(offers, key=_order):
        taken = min(offer.discount_fen, left)
        left -= taken
        steps.append(Step(offer.code, taken, left))
    return tuple(steps)


def best(bill_fen: int, offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The legal combination that takes off the most: of equals the one of fewer coupons, then the one
    whose coupons end first.

    Of more than `MOST` offers the largest are looked at. Branch and bound: what is left to decide can
    add at most its sum.
    """
    looked_at = sorted(offers, key=lambda offer: (-offer.discount_fen, *_order(offer)))[:MOST]
    rest = [0] * (len(looked_at) + 1)
    for index in reversed(range(len(looked_at))):
        rest[index] = rest[index + 1] + looked_at[index].discount_fen
    found: list[tuple[Offer, ...]] = [()]

    def worth(chosen: Sequence[Offer]) -> tuple[int, int, list[float]]:
        taken = min(bill_fen, sum(offer.discount_fen for offer in chosen))
        ends = sorted(-offer.valid_until.timestamp() for offer in chosen)
        return taken, -len(chosen), ends

    def decide(index: int, chosen: tuple[Offer, ...]) -> None:
        if worth(chosen) > worth(found[0]):
            found[0] = chosen
        if index == len(looked_at):
            return
        so_far = sum(offer.discount_fen for offer in chosen)
        if min(bill_fen, so_far + rest[index]) < worth(found[0])[0]:
            return
        offer = looked_at[index]
        if offer.discount_fen and all(go_together(offer, other) for other in chosen):
            decide(index + 1, (*chosen, offer))
        decide(index + 1, chosen)

    decide(0, ())
    return found[0]


def _order(offer: Offer) -> tuple[datetime, str]:
    return offer.valid_until, offer.code
