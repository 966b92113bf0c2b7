"""Which coupons may lie on one bill together, and which of those together take off the most.

Each coupon is computed on the whole of its eligible amount, whatever lies beside it, so the order in
which they are shown changes nothing; together they never take off more than their eligible goods cost.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from coupons.engine.bill import Bill
from coupons.engine.coupon import Evaluation, RedemptionLine
from coupons.engine.goods_allocation import GoodsAllocation
from coupons.engine.terms import Stacking

# More on one bill nobody shows.
MAX_CANDIDATES = 24

Chosen = tuple[Evaluation, ...]


def can_stack(candidate: Evaluation, other: Evaluation) -> bool:
    return candidate.terms.stacks_with(other.terms)


def combined(
    bill: Bill, candidates: Sequence[Evaluation], before: Sequence[Evaluation] = ()
) -> tuple[RedemptionLine, ...]:
    """These coupons one after the other, on a bill with those on it that lie there `before`; the last
    ones are cut where the goods they are for are paid."""
    ordered = sorted(candidates, key=_order)
    goods = GoodsAllocation(bill, candidates, before)
    left = bill.fen - sum(candidate.discount_fen for candidate in before)
    lines = []
    for candidate, taken in zip(ordered, goods.allocate(ordered), strict=True):
        left -= taken
        lines.append(RedemptionLine(candidate, taken, left))
    return tuple(lines)


def best(bill: Bill, candidates: Sequence[Evaluation], before: Sequence[Evaluation] = ()) -> Chosen:
    """The legal combination that takes off the most beside what lies on the bill `before`: of equals the
    one of fewer coupons, then the one whose coupons end first (its latest end is the earliest, then the
    next latest, and so on).

    Of more than `MAX_CANDIDATES` candidates the largest are looked at, those for the same products in turn
    with the others; one that takes off nothing is never chosen. Those that bear only some others are few on one
    bill (one of each kind, one of each level), so all their combinations are tried; all the free ones
    beside them take off the most. Of these the fewest are picked that do the same: first what adds the
    most, which is exact for coupons on the same goods; where those of different goods overlap, to find
    fewer still could take hours.
    """
    looked_at = _looked_at(candidates)
    goods = GoodsAllocation(bill, looked_at, before)
    free = [candidate for candidate in looked_at if candidate.terms.stacking == Stacking.FREE]
    choosy = [candidate for candidate in looked_at if candidate.terms.stacking != Stacking.FREE]
    tried: list[tuple[int, Chosen, Chosen]] = []
    for some in _combinations(choosy):
        free_ones = tuple(
            candidate for candidate in free if all(can_stack(candidate, other) for other in some)
        )
        tried.append((goods.total_fen((*some, *free_ones)), some, free_ones))
    most = max(taken for taken, _, _ in tried)
    fewest = [
        (some, free_ones, len(some) + len(_fewest(goods, some, free_ones, most)))
        for taken, some, free_ones in tried
        if taken == most
    ]
    count = min(number for _, _, number in fewest)
    return max(
        (
            (*some, *_earliest(goods, some, free_ones, most))
            for some, free_ones, number in fewest
            if number == count
        ),
        key=_ends,
    )


def _looked_at(candidates: Sequence[Evaluation]) -> list[Evaluation]:
    ranked: list[tuple[int, Evaluation]] = []
    of_products: dict[frozenset[str] | None, int] = {}
    for candidate in sorted(candidates, key=_largest_first):
        if candidate.discount_fen:
            rank = of_products[candidate.products] = of_products.get(candidate.products, -1) + 1
            ranked.append((rank, candidate))
    ranked.sort(key=lambda entry: entry[0])
    return sorted((candidate for _, candidate in ranked[:MAX_CANDIDATES]), key=_largest_first)


def _combinations(
    candidates: Sequence[Evaluation], chosen: tuple[Evaluation, ...] = ()
) -> Iterator[Chosen]:
    """Every legal one, the empty one first."""
    yield chosen
    for index, candidate in enumerate(candidates):
        if all(can_stack(candidate, other) for other in chosen):
            yield from _combinations(candidates[index + 1 :], (*chosen, candidate))


def _fewest(
    goods: GoodsAllocation, must: Chosen, others: Sequence[Evaluation], most: int
) -> list[Evaluation]:
    """Of candidates that all go together those that take off the most beside some that must stay: whoever
    adds the most is picked first, and who is not needed for those picked later goes again."""
    if most == _sum((*must, *others)):
        return list(others)  # nobody is cut
    picked: list[Evaluation] = []
    taken = goods.total_fen(must)
    left = sorted(others, key=_largest_first)
    while taken < most:
        add = max(
            left,
            key=lambda candidate: goods.total_fen((*must, *picked, candidate)),
        )
        picked.append(add)
        left.remove(add)
        taken = goods.total_fen((*must, *picked))
    for candidate in picked[-2::-1]:
        without = [kept for kept in picked if kept is not candidate]
        if goods.total_fen((*must, *without)) == most:
            picked = without
    return picked


def _earliest(goods: GoodsAllocation, some: Chosen, free: Chosen, most: int) -> Chosen:
    """As many as the fewest; as many others may do as well: whoever ends last is spared where it can be."""
    count = len(_fewest(goods, some, free, most))
    stay: list[Evaluation] = []
    rest = list(free)
    for candidate in sorted(free, key=_order, reverse=True):
        if len(stay) == count:
            break
        rest.remove(candidate)
        must = (*some, *stay)
        without = goods.total_fen((*must, *rest)) == most
        if without and len(stay) + len(_fewest(goods, must, rest, most)) <= count:
            continue
        stay.append(candidate)
    return tuple(stay)


def _sum(candidates: Sequence[Evaluation]) -> int:
    return sum(candidate.discount_fen for candidate in candidates)


def _ends(candidates: Sequence[Evaluation]) -> list[float]:
    return sorted(-candidate.coupon.valid_until.timestamp() for candidate in candidates)


def _order(candidate: Evaluation) -> tuple[datetime, str]:
    return candidate.coupon.valid_until, candidate.coupon.public_id


def _largest_first(candidate: Evaluation) -> tuple[int, datetime, str]:
    return -candidate.discount_fen, candidate.coupon.valid_until, candidate.coupon.public_id
