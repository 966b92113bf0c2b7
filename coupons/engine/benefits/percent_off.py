"""折扣: a part off a bill."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from coupons.engine.benefits.base import Benefit, LargePrint
from coupons.engine.funding import WHOLE
from coupons.engine.text import gettext as _
from coupons.engine.text import gettext_lazy, plain_yuan


@dataclass(frozen=True, slots=True)
class PercentOff(Benefit):
    """Basis points off (1,500 is 15 % off, 八五折), rounded down to the fen, at most `cap_fen`."""

    kind: ClassVar[str] = "percent_off"
    label: ClassVar[object] = gettext_lazy("折扣券")
    columns: ClassVar[Mapping[str, str]] = {"off_bp": "off_bp", "cap_fen": "cap_fen"}
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("off_bp",), ("cap_fen",))

    off_bp: int
    cap_fen: int
    threshold_fen: int = 0

    def discount(self, eligible_fen: int, value_left: int | None = None) -> int:
        return min(eligible_fen * self.off_bp // WHOLE, self.cap_fen)

    def max_cost_fen(self) -> int:
        return self.cap_fen

    def text(self) -> str:
        return _("{from_}{tenths} 折（最高减 {cap} 元）").format(
            from_=self._threshold_text(), tenths=self._tenths, cap=plain_yuan(self.cap_fen)
        )

    def large_print(self) -> LargePrint:
        return LargePrint("", self._tenths, _("折"))

    @property
    def _tenths(self) -> str:
        """What is left to pay, in tenths: 8.5."""
        return f"{(WHOLE - self.off_bp) / 1_000:g}"
