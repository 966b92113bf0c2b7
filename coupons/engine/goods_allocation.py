"""How much coupons take off the goods of one bill together: of no goods more than they cost.

Each coupon wishes for an amount, from the products of the bill it is for. Together they are a flow from wishes to
products: a later wish never makes an earlier one smaller, but an earlier one that could as well be taken
from other goods frees some of these. So, in whatever order, the most that is possible is taken in all.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from coupons.engine.bill import Bill
from coupons.engine.coupon import Evaluation


class GoodsAllocation:
    """What is on a bill for the coupons that are considered, less what lies on it `before` them."""

    def __init__(
        self, bill: Bill, wishes: Iterable[Evaluation], before: Sequence[Evaluation] = ()
    ) -> None:
        every = [*before, *wishes]
        product_sets = list(dict.fromkeys(wish.products for wish in every))
        # Products that the same wishes may be taken from are one.
        alike: dict[tuple[bool, ...], int] = {}
        net = bill.net_fen if any(products is not None for products in product_sets) else {}
        for product, fen in net.items():
            kind = tuple(products is None or product in products for products in product_sets)
            alike[kind] = alike.get(kind, 0) + fen
        rest = tuple(products is None for products in product_sets)
        alike[rest] = alike.get(rest, 0) + max(bill.fen - sum(net.values()), 0)
        self._reach = {
            products: [place for place, kind in enumerate(alike) if kind[index]]
            for index, products in enumerate(product_sets)
        }
        self._left = list(alike.values())
        self._before = _Allocation(self._left, self._reach)
        for wish in before:
            self._before.take(wish.products, wish.discount_fen)
        self._total = max(bill.fen - sum(wish.discount_fen for wish in before), 0)

    def allocate(self, wishes: Sequence[Evaluation]) -> list[int]:
        """What each takes off, in fen, the first ones first."""
        taking, left, parts = self._before.copy(), self._total, []
        for wish in wishes:
            part = taking.take(wish.products, min(wish.discount_fen, left))
            left -= part
            parts.append(part)
        return parts

    def total_fen(self, wishes: Sequence[Evaluation]) -> int:
        """What they take off in all, in fen; the order changes nothing."""
        return sum(self.allocate(wishes))


class _Allocation:
    """Wishes placed so far: `left` of each kind of goods, and what each wish takes of which kind."""

    def __init__(self, left: Sequence[int], reach: dict[frozenset[str] | None, list[int]]) -> None:
        self._left = list(left)
        self._reach = reach
        self._wishes: list[frozenset[str] | None] = []
        self._parts: list[dict[int, int]] = []

    def copy(self) -> "_Allocation":
        other = _Allocation(self._left, self._reach)
        other._wishes = list(self._wishes)
        other._parts = [dict(parts) for parts in self._parts]
        return other

    def take(self, products: frozenset[str] | None, fen: int) -> int:
        """Place as much of a wish as the goods allow; how much that is, in fen."""
        self._wishes.append(products)
        self._parts.append({})
        missing = fen
        while missing:
            way = self._way(len(self._wishes) - 1)
            if not way:
                break
            missing -= self._shift(way, missing)
        return fen - missing

    def _way(self, start: int) -> list[tuple[int, int]]:
        """The shortest way to goods that are left, as (wish, goods): each wish of it takes from the goods
        beside it, which the next one gives up for others."""
        came: dict[int, tuple[int, int] | None] = {
            start: None
        }  # wish: who wants goods of it, and which
        seen: set[int] = set()
        queue = [start]
        for wish in queue:
            for place in self._reach[self._wishes[wish]]:
                if place in seen:
                    continue
                seen.add(place)
                if self._left[place]:
                    way = [(wish, place)]
                    while (before := came[way[-1][0]]) is not None:
                        way.append(before)
                    return way[::-1]
                for other, parts in enumerate(self._parts):
                    if other not in came and parts.get(place):
                        came[other] = (wish, place)
                        queue.append(other)
        return []

    def _shift(self, way: list[tuple[int, int]], most: int) -> int:
        # The wish after each step gives up what the step before it takes.
        for (_, place), (giver, _) in pairwise(way):
            most = min(most, self._parts[giver][place])
        last = way[-1][1]
        fen = min(most, self._left[last])
        for wish, place in way:
            self._parts[wish][place] = self._parts[wish].get(place, 0) + fen
        for (_, place), (giver, _) in pairwise(way):
            self._parts[giver][place] -= fen
        self._left[last] -= fen
        return fen
