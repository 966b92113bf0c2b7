"""Which coupons may lie on one bill together, and which of those together take off the most.

Each coupon is reckoned on the whole of its eligible amount, whatever lies beside it, so the order in
which they are shown changes nothing; together they never take off more than their eligible goods cost.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coupons.rules.bill import Bill
from coupons.rules.goods import Goods, Wish

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
    """A coupon that may be used on the bill, and what it takes off alone; `level` is whose it is: a
    merchant's or the platform's. `valid_until` decides between equals: the one that ends first.
    `products` are those of the bill's products it is for; None for all that the bill counts."""

    code: str
    discount_fen: int
    stacking: Stacking
    kind: str
    level: str
    valid_until: datetime
    products: frozenset[str] | None = None

    @property
    def wish(self) -> Wish:
        return Wish(self.discount_fen, self.products)

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


def combined(bill: Bill, offers: Sequence[Offer], before: Sequence[Offer] = ()) -> tuple[Step, ...]:
    """These coupons one after the other, on a bill with those on it that lie there `before`; the last
    ones are cut where the goods they are for are paid."""
    ordered = sorted(offers, key=_order)
    goods = _goods(bill, offers, before)
    left = bill.fen - sum(offer.discount_fen for offer in before)
    steps = []
    for offer, taken in zip(ordered, goods.taken(_wishes(ordered)), strict=True):
        left -= taken
        steps.append(Step(offer.code, taken, left))
    return tuple(steps)


def best(bill: Bill, offers: Sequence[Offer], before: Sequence[Offer] = ()) -> Chosen:
    """The legal combination that takes off the most beside what lies on the bill `before`: of equals the
    one of fewer coupons, then the one whose coupons end first (its latest end is the earliest, then the
    next latest, and so on).

    Of more than `MOST` offers the largest are looked at, those for the same products in turn with the
    others; one that takes off nothing is never chosen. Those that bear only some others are few on one
    bill (one of each kind, one of each level), so all their combinations are tried; all the free ones
    beside them take off the most. Of these the fewest are picked that do the same: first what adds the
    most, which is exact for coupons on the same goods; where those of different goods overlap, to find
    fewer still could take hours.
    """
    looked_at = _looked_at(offers)
    goods = _goods(bill, looked_at, before)
    free = [offer for offer in looked_at if offer.stacking == Stacking.FREE]
    choosy = [offer for offer in looked_at if offer.stacking != Stacking.FREE]
    tried: list[tuple[int, Chosen, Chosen]] = []
    for some in _combinations(choosy):
        beside = tuple(one for one in free if all(go_together(one, other) for other in some))
        tried.append((goods.most(_wishes((*some, *beside))), some, beside))
    most = max(taken for taken, _, _ in tried)
    fewest = [
        (some, beside, len(some) + len(_fewest(goods, some, beside, most)))
        for taken, some, beside in tried
        if taken == most
    ]
    count = min(number for _, _, number in fewest)
    return max(
        (
            (*some, *_earliest(goods, some, beside, most))
            for some, beside, number in fewest
            if number == count
        ),
        key=_ends,
    )


def _looked_at(offers: Sequence[Offer]) -> list[Offer]:
    ranked: list[tuple[int, Offer]] = []
    of_products: dict[frozenset[str] | None, int] = {}
    for offer in sorted(offers, key=_largest_first):
        if offer.discount_fen:
            rank = of_products[offer.products] = of_products.get(offer.products, -1) + 1
            ranked.append((rank, offer))
    ranked.sort(key=lambda one: one[0])
    return sorted((offer for _, offer in ranked[:MOST]), key=_largest_first)


def _combinations(offers: Sequence[Offer], chosen: tuple[Offer, ...] = ()) -> Iterator[Chosen]:
    """Every legal one, the empty one first."""
    yield chosen
    for index, offer in enumerate(offers):
        if all(go_together(offer, other) for other in chosen):
            yield from _combinations(offers[index + 1 :], (*chosen, offer))


def _fewest(goods: Goods, must: Chosen, others: Sequence[Offer], most: int) -> list[Offer]:
    """Of offers that all go together those that take off the most beside some that must stay: whoever
    adds the most is picked first, and who is not needed for those picked later goes again."""
    if most == _sum((*must, *others)):
        return list(others)  # nobody is cut
    picked: list[Offer] = []
    taken = goods.most(_wishes(must))
    left = sorted(others, key=_largest_first)
    while taken < most:
        add = max(left, key=lambda one: goods.most(_wishes((*must, *picked, one))))
        picked.append(add)
        left.remove(add)
        taken = goods.most(_wishes((*must, *picked)))
    for offer in picked[-2::-1]:
        without = [one for one in picked if one is not offer]
        if goods.most(_wishes((*must, *without))) == most:
            picked = without
    return picked


def _earliest(goods: Goods, some: Chosen, free: Chosen, most: int) -> Chosen:
    """As many as the fewest; as many others may do as well: whoever ends last is spared where it can be."""
    count = len(_fewest(goods, some, free, most))
    stay: list[Offer] = []
    rest = list(free)
    for offer in sorted(free, key=_order, reverse=True):
        if len(stay) == count:
            break
        rest.remove(offer)
        must = (*some, *stay)
        without = goods.most(_wishes((*must, *rest))) == most
        if without and len(stay) + len(_fewest(goods, must, rest, most)) <= count:
            continue
        stay.append(offer)
    return tuple(stay)


def _goods(bill: Bill, offers: Sequence[Offer], before: Sequence[Offer]) -> Goods:
    return Goods(bill, _wishes(offers), _wishes(before))


def _wishes(offers: Sequence[Offer]) -> list[Wish]:
    return [offer.wish for offer in offers]


def _sum(offers: Sequence[Offer]) -> int:
    return sum(offer.discount_fen for offer in offers)


def _ends(offers: Sequence[Offer]) -> list[float]:
    return sorted(-offer.valid_until.timestamp() for offer in offers)


def _order(offer: Offer) -> tuple[datetime, str]:
    return offer.valid_until, offer.code


def _largest_first(offer: Offer) -> tuple[int, datetime, str]:
    return -offer.discount_fen, offer.valid_until, offer.code
