"""满减: an amount off a bill."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from coupons.engine.benefits.base import Benefit, LargePrint
from coupons.engine.text import gettext as _
from coupons.engine.text import gettext_lazy, plain_yuan


@dataclass(frozen=True, slots=True)
class CashOff(Benefit):
    """So much off from a threshold on; with `partial`, what is not used stays on the coupon."""

    kind: ClassVar[str] = "cash_off"
    label: ClassVar[object] = gettext_lazy("满减券")
    columns: ClassVar[Mapping[str, str]] = {"face_fen": "face_fen", "partial": "partial"}
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("face_fen",),)

    face_fen: int
    threshold_fen: int = 0
    partial: bool = False

    @property
    def in_parts(self) -> bool:
        return self.partial

    def discount(self, eligible_fen: int, value_left: int | None = None) -> int:
        return min(self.face_fen if value_left is None else value_left, eligible_fen)

    def max_cost_fen(self) -> int:
        return self.face_fen

    def text(self) -> str:
        return _("{from_}减 {face} 元").format(
            from_=self._threshold_text() or _("立"), face=plain_yuan(self.face_fen)
        )

    def large_print(self) -> LargePrint:
        return LargePrint("¥", plain_yuan(self.face_fen), "")
