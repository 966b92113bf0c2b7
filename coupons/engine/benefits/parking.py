"""停车: minutes or an amount off a stay. What a stay costs is the business of parking, which knows tariffs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from coupons.engine.benefits.base import AppliesTo, Benefit, LargePrint, Stay, StayDiscount
from coupons.engine.text import gettext as _
from coupons.engine.text import gettext_lazy, plain_yuan

_HOUR = 60


@dataclass(frozen=True, slots=True)
class FreeParking(Benefit):
    """One of both: minutes, which the tariff leaves out, or fen off the fee of a stay."""

    kind: ClassVar[str] = "parking"
    label: ClassVar[object] = gettext_lazy("停车券")
    applies_to: ClassVar[frozenset[AppliesTo]] = frozenset({AppliesTo.STAY})
    takes_off_bill: ClassVar[bool] = False
    columns: ClassVar[Mapping[str, str]] = {"minutes": "parking_minutes", "fen": "face_fen"}
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("parking_minutes", "face_fen"),)

    minutes: int = 0
    fen: int = 0
    threshold_fen: int = 0

    def stay_discount(self, stay: Stay) -> StayDiscount:
        return StayDiscount(min(self.minutes, stay.duration_minutes), min(self.fen, stay.fee_fen))

    def cost_fen(self, discount_fen: int) -> int:
        return discount_fen

    def max_cost_fen(self) -> int:
        return self.fen

    def text(self) -> str:
        if not self.minutes:
            return _("停车抵 {fen} 元").format(fen=plain_yuan(self.fen))
        return _("停车 {minutes} 分钟").format(minutes=self.minutes)

    def large_print(self) -> LargePrint:
        if not self.minutes:
            return LargePrint("¥", plain_yuan(self.fen), "")
        if self.minutes % _HOUR == 0:
            return LargePrint("", str(self.minutes // _HOUR), _("小时"))
        return LargePrint("", str(self.minutes), _("分钟"))
