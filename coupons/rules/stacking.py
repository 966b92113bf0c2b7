"""Which coupons may lie on one bill together, and which of those together take off the most.

Each coupon is reckoned on the whole of its eligible amount, whatever lies beside it, so the order in
which they are shown changes nothing; together they never take off more than the bill.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# More on one bill nobody shows.
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


Chosen = tuple[Offer, ...]


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
    whose coupons end first (its latest end is the earliest, then the next latest, and so on).

    Of more than `MOST` offers the largest are looked at; one that takes off nothing is never chosen.
    Those that bear only some others are few on one bill (one of each kind, one of each level), so all
    their combinations are tried; the free ones fill each of them up, which needs no trying.
    """
    looked_at = sorted(
        (offer for offer in offers if offer.discount_fen),
        key=lambda offer: (-offer.discount_fen, *_order(offer)),
    )[:MOST]
    free = [offer for offer in looked_at if offer.stacking == Stacking.FREE]
    choosy = [offer for offer in looked_at if offer.stacking != Stacking.FREE]
    found: tuple[Offer, ...] = ()

    def worth(chosen: Sequence[Offer]) -> tuple[int, int, list[float]]:
        taken = min(bill_fen, sum(offer.discount_fen for offer in chosen))
        ends = sorted(-offer.valid_until.timestamp() for offer in chosen)
        return taken, -len(chosen), ends

    for some in _combinations(choosy):
        beside = [one for one in free if all(go_together(one, other) for other in some)]
        left = bill_fen - sum(offer.discount_fen for offer in some)
        found = max(found, (*some, *_filling(left, beside)), key=worth)
    return found


def _combinations(offers: Sequence[Offer], chosen: tuple[Offer, ...] = ()) -> Iterator[Chosen]:
    """Every legal one, the empty one first."""
    yield chosen
    for index, offer in enumerate(offers):
        if all(go_together(offer, other) for other in chosen):
            yield from _combinations(offers[index + 1 :], (*chosen, offer))


def _filling(left_fen: int, free: Sequence[Offer]) -> Chosen:
    """Of offers that all go together, the largest first, the fewest that pay what is left; all of them
    if they cannot. As many others may do as well: whoever ends last is spared where it can be."""
    count, reached = 0, 0
    while count < len(free) and reached < left_fen:
        reached += free[count].discount_fen
        count += 1
    needed = min(left_fen, reached)
    kept = list(free)
    for offer in sorted(free, key=_order, reverse=True):
        without = [one for one in kept if one is not offer]
        # Those that had to stay end later than this one; the largest of the rest join them.
        stay = [one for one in without if _order(one) > _order(offer)]
        rest = [one for one in without if _order(one) < _order(offer)][: count - len(stay)]
        if len(stay) + len(rest) == count and _sum(stay) + _sum(rest) >= needed:
            kept = without
    return tuple(kept)


def _sum(offers: Sequence[Offer]) -> int:
    return sum(offer.discount_fen for offer in offers)


def _order(offer: Offer) -> tuple[datetime, str]:
    return offer.valid_until, offer.code
