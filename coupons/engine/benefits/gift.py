"""兑换: a thing or a service for the coupon."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from coupons.engine.benefits.base import Benefit, LargePrint
from coupons.engine.text import gettext as _
from coupons.engine.text import gettext_lazy, yuan


@dataclass(frozen=True, slots=True)
class Gift(Benefit):
    """It takes nothing off the bill; `value_fen` is what its payers owe the store for it."""

    kind: ClassVar[str] = "gift"
    label: ClassVar[object] = gettext_lazy("兑换券")
    takes_off_bill: ClassVar[bool] = False
    columns: ClassVar[Mapping[str, str]] = {"what": "gift", "value_fen": "face_fen"}
    required: ClassVar[tuple[tuple[str, ...], ...]] = (("gift",),)

    what: str
    value_fen: int = 0
    threshold_fen: int = 0

    def max_cost_fen(self) -> int:
        return self.value_fen

    def text(self) -> str:
        return _("兑换：{what}").format(what=self.what)

    def text_for_approval(self) -> str:
        return _("{text}（价值 {yuan}）").format(text=self.text(), yuan=yuan(self.value_fen))

    def large_print(self) -> LargePrint:
        return LargePrint("", _("兑换"), "")
