"""The value objects a coupon grants. A benefit knows what it is worth, and nothing of where or when."""

from dataclasses import dataclass
from typing import Any, ClassVar

WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class CashOff:
    """满减: so much off from a threshold on; with `partial`, what is not used stays on the coupon."""

    on_a_bill: ClassVar[bool] = True
    face_fen: int
    threshold_fen: int = 0
    partial: bool = False

    def discount(self, eligible_fen: int, value_left: int | None = None) -> int:
        face = self.face_fen if value_left is None else value_left
        return min(face, eligible_fen)

    def max_cost_fen(self) -> int:
        return self.face_fen


@dataclass(frozen=True, slots=True)
class PercentOff:
    """折扣: basis points off (1,500 is 15 % off, 八五折), rounded down to the fen, at most `cap_fen`."""

    on_a_bill: ClassVar[bool] = True
    off_bp: int
    cap_fen: int
    threshold_fen: int = 0

    def discount(self, eligible_fen: int, value_left: int | None = None) -> int:
        return min(eligible_fen * self.off_bp // WHOLE, self.cap_fen)

    def max_cost_fen(self) -> int:
        return self.cap_fen


@dataclass(frozen=True, slots=True)
class Gift:
    """兑换: a thing or a service for the coupon; `value_fen` is what its payers owe the store for it."""

    on_a_bill: ClassVar[bool] = False
    what: str
    value_fen: int = 0
    threshold_fen: int = 0

    def discount(self, eligible_fen: int, value_left: int | None = None) -> int:
        return 0

    def max_cost_fen(self) -> int:
        return self.value_fen


@dataclass(frozen=True, slots=True)
class FreeParking:
    """停车: minutes or an amount off a stay; priced by parking, which alone knows tariffs."""

    on_a_bill: ClassVar[bool] = False
    minutes: int = 0
    fen: int = 0
    threshold_fen: int = 0

    def discount(self, eligible_fen: int, value_left: int | None = None) -> int:
        return 0

    def max_cost_fen(self) -> int:
        return self.fen


Benefit = CashOff | PercentOff | Gift | FreeParking

KINDS: dict[str, type[Benefit]] = {
    "cash_off": CashOff,
    "percent_off": PercentOff,
    "gift": Gift,
    "parking": FreeParking,
}


def benefit_of(document: dict[str, Any]) -> Benefit:
    """From plain JSON: the `kind`, and the fields of that kind by their names."""
    facts = dict(document)
    return KINDS[facts.pop("kind")](**facts)
