"""What stands on a bill, and at which counter it is."""

from collections.abc import Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BillLine:
    """One position of a bill, in fen; `product` is the merchant's code for what was sold."""

    fen: int
    product: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill before any coupon, in fen, as a till reports it, perhaps with the lines behind it; and what
    coupons took off it already.

    `discounts` are (version, fen) of each coupon on it, `discount_fen` all of them; `seq` changes whenever
    they do, and is 0 for a bill nobody has reported yet.
    """

    fen: int
    lines: tuple[BillLine, ...] = ()
    bill_no: str = ""
    seq: int = 0
    discount_fen: int = 0
    discounts: tuple[tuple[int, int], ...] = ()

    @property
    def left_fen(self) -> int:
        """What is still to be paid."""
        return self.fen - self.discount_fen

    @property
    def net_fen(self) -> dict[str, int]:
        """What each product of the lines comes to, in fen: what was voided, returned or taken off it is
        set against it, and no product is worth less than nothing. Lines without a code are one product."""
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.product] = sums.get(line.product, 0) + line.fen
        return {product: max(fen, 0) for product, fen in sums.items()}

    def eligible(self, products: Set[str], but_not: Set[str]) -> frozenset[str] | None:
        """Which products of the lines a coupon for these products may be used on; None where it names
        none, for all that the bill counts."""
        if not products and not but_not:
            return None
        return frozenset(
            line.product
            for line in self.lines
            if (not products or line.product in products) and line.product not in but_not
        )

    def eligible_fen(self, products: Set[str], but_not: Set[str]) -> int:
        """What of the bill a coupon for these products may be used on, in fen; without products all of
        it, and never more than the bill counts."""
        eligible = self.eligible(products, but_not)
        if eligible is None:
            return self.fen
        net = self.net_fen
        return min(sum(net[product] for product in eligible), self.fen)


@dataclass(frozen=True, slots=True)
class StoreRef:
    """Where a coupon is shown: public ids of the store, its merchant and venue, the code of its trade."""

    store: str
    merchant: str
    venue: str
    trade: str
