"""What stands on a bill, and at which counter it lies."""

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One position of a bill, in fen; `product` is the merchant's code for what was sold."""

    fen: int
    product: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid before any coupon, in fen; a till may tell the lines behind it."""

    fen: int
    lines: tuple[Line, ...] = ()

    def eligible_fen(self, products: Set[str], but_not: Set[str]) -> int:
        """What of the bill a coupon for these products may be used on; without products all of it.

        A line of nothing or less (a return, a deposit given back) never counts, and never more than
        the bill counts.
        """
        if not products and not but_not:
            return self.fen
        counted = sum(
            line.fen
            for line in self.lines
            if line.fen > 0
            and (not products or line.product in products)
            and line.product not in but_not
        )
        return min(counted, self.fen)


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a coupon is shown: public ids of the store, its merchant and venue, the code of its trade."""

    store: str
    merchant: str
    venue: str
    trade: str
