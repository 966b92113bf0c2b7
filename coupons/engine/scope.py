"""Where a coupon holds: stores, merchants, trades, venues or the whole alliance, with exceptions."""

from dataclasses import dataclass, field
from typing import Any, Self

from coupons.engine.bill import StoreRef

KINDS = ("stores", "merchants", "trades", "venues")
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Places:
    """Counters named by store, merchant, trade or venue; any of these names one."""

    stores: frozenset[str] = _NOBODY
    merchants: frozenset[str] = _NOBODY
    trades: frozenset[str] = _NOBODY
    venues: frozenset[str] = _NOBODY

    def __contains__(self, counter: StoreRef) -> bool:
        return (
            counter.store in self.stores
            or counter.merchant in self.merchants
            or counter.trade in self.trades
            or counter.venue in self.venues
        )

    def __bool__(self) -> bool:
        return any((self.stores, self.merchants, self.trades, self.venues))

    @classmethod
    def of(cls, document: dict[str, list[str]]) -> Self:
        return cls(**{kind: frozenset(document.get(kind, ())) for kind in KINDS})


@dataclass(frozen=True, slots=True)
class CouponScope:
    """Where and on what: without `only` the whole alliance, without `products` everything sold there."""

    only: Places = field(default_factory=Places)
    but_not: Places = field(default_factory=Places)
    products: frozenset[str] = _NOBODY
    but_no_products: frozenset[str] = _NOBODY

    def holds_at(self, counter: StoreRef) -> bool:
        return (not self.only or counter in self.only) and counter not in self.but_not

    @property
    def needs_lines(self) -> bool:
        return bool(self.products or self.but_no_products)

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """From the form a template version stores."""
        return cls(
            only=Places.of(document.get("only", {})),
            but_not=Places.of(document.get("but_not", {})),
            products=frozenset(document.get("products", ())),
            but_no_products=frozenset(document.get("but_no_products", ())),
        )
