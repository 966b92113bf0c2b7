"""What every kind of benefit answers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple

from coupons.engine.text import gettext as _
from coupons.engine.text import plain_yuan


class AppliesTo(StrEnum):
    """What a coupon is used on."""

    BILL = "bill"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a car park that is to be paid: how long it is, and its fee by the tariff before any coupon."""

    duration_minutes: int
    fee_fen: int


@dataclass(frozen=True, slots=True)
class StayDiscount:
    """What a coupon takes off a stay: minutes, which the tariff leaves out, or fen off its fee."""

    minutes: int = 0
    fen: int = 0


class LargePrint(NamedTuple):
    """What stands largest on a coupon: ¥ 5, 8.5 折."""

    sign: str
    value: str
    unit: str


class Benefit(ABC):
    """What a coupon is worth; nothing of where or when. Its fields are its document, with the `kind`."""

    __slots__ = ()

    kind: ClassVar[str]
    # What a coupon of the kind is called: 满减券.
    label: ClassVar[object]
    applies_to: ClassVar[frozenset[AppliesTo]] = frozenset({AppliesTo.BILL})
    # Whether it takes something off what is to be paid, or gives something beside it.
    takes_off_bill: ClassVar[bool] = True
    # The fields of its document by the columns of a template version that store them.
    columns: ClassVar[Mapping[str, str]]
    # The columns without which it means nothing: of each of these groups exactly one is filled in.
    required: ClassVar[tuple[tuple[str, ...], ...]]

    threshold_fen: int

    @property
    def in_parts(self) -> bool:
        """Whether what is not used of its value stays on the coupon."""
        return False

    def discount(self, eligible_fen: int, value_left: int | None = None) -> int:
        """What it takes off an eligible amount of a bill, in fen."""
        return 0

    def stay_discount(self, stay: Stay) -> StayDiscount:
        """What it takes off a stay."""
        return StayDiscount()

    def cost_fen(self, discount_fen: int) -> int:
        """What its payers owe for a use that took so much off, in fen."""
        return discount_fen if self.takes_off_bill else self.max_cost_fen()

    @abstractmethod
    def max_cost_fen(self) -> int:
        """The most that one use may cost, in fen; of parts the most of all of them."""

    @abstractmethod
    def text(self) -> str:
        """What it is, for the shopper: 满 20 元减 5 元."""

    def text_for_approval(self) -> str:
        """The same with all that its payers have to know."""
        return self.text()

    @abstractmethod
    def large_print(self) -> LargePrint:
        """What stands largest on the coupon."""

    def _threshold_text(self) -> str:
        if not self.threshold_fen:
            return ""
        return _("满 {yuan} 元").format(yuan=plain_yuan(self.threshold_fen))
