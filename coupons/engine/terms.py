"""What a template version says of its coupons; once published it never changes."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from coupons.engine.audience import Audience
from coupons.engine.benefits import Benefit, benefit_of
from coupons.engine.funding import REDEEMER, Share, split
from coupons.engine.schedule import Schedule
from coupons.engine.scope import CouponScope
from coupons.engine.validity import Validity

PLATFORM, MERCHANT = "platform", "merchant"


class Stacking(StrEnum):
    """What a coupon bears beside it; of two coupons both must bear the other."""

    ALONE = "alone"
    ONE_PER_KIND = "one_per_kind"
    ONE_PER_LEVEL = "one_per_level"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a coupon grants, to whom, where, when, beside which others and at whose cost.

    A till without a network knows what decides at the counter: benefit, scope, schedule, stacking, level.
    Numbers (`pk`, `template`, `merchant`, `rest_to`) are those of rows.
    """

    benefit: Benefit
    scope: CouponScope = field(default_factory=CouponScope)
    schedule: Schedule = field(default_factory=Schedule)
    stacking: Stacking = Stacking.ALONE
    # Whose it is: a merchant's or the platform's.
    level: str = PLATFORM
    uses: int = 1

    pk: int = 0
    public_id: str = ""
    template: int = 0
    merchant: int | None = None
    name: str = ""
    validity: Validity | None = None
    audience: Audience = field(default_factory=Audience)
    per_member: int = 1
    per_member_day: int | None = None
    claimable: bool = False
    points_price: int | None = None
    exchange_undo_minutes: int | None = None
    at_counter: bool = False
    transferable: bool = False
    offline: str = "none"
    replacement_days: int = 0
    shares: tuple[Share, ...] = ()
    rest_to: int = 0

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """From plain JSON, as a till without a network is given it."""
        return cls(
            benefit_of(document["benefit"]),
            CouponScope.of(document.get("scope", {})),
            Schedule.of(document.get("times", {})),
            Stacking(document.get("stacking", Stacking.ALONE)),
            document.get("level", PLATFORM),
        )

    @property
    def kind(self) -> str:
        return self.benefit.kind

    @property
    def in_parts(self) -> bool:
        """Whether a coupon's value is used up in parts."""
        return self.benefit.in_parts

    @property
    def single_use(self) -> bool:
        return self.uses == 1 and not self.in_parts

    @property
    def max_cost_fen(self) -> int:
        """The most one use may cost."""
        return self.benefit.max_cost_fen()

    @property
    def reserve_fen(self) -> int:
        """The most a coupon may cost in all."""
        return self.max_cost_fen if self.in_parts else self.max_cost_fen * self.uses

    @property
    def value_fen(self) -> int | None:
        """What a coupon that is used up in parts begins with."""
        return self.max_cost_fen if self.in_parts else None

    def valid_period(self, at: datetime) -> tuple[datetime, datetime]:
        """From when until when a coupon that is claimed at an instant may be used; the end is exclusive."""
        assert self.validity is not None  # only a till's terms have none
        return self.validity.window(at)

    def stacks_with(self, other: "Terms") -> bool:
        """Whether both may lie on one bill."""
        return self._bears(other) and other._bears(self)

    def split(self, fen: int, merchant: int, turn: int) -> dict[int, int]:
        """Who bears how much of a cost at a merchant's counter, by party; `turn` is the redemption's."""
        shares = [
            Share(merchant if share.party == REDEEMER else share.party, share.bp)
            for share in self.shares
        ]
        return split(fen, shares, self.rest_to, turn)

    def funding_parts(self, fen: int, merchant: int, turn: int) -> list[list[int]]:
        """The same as [party, fen], by party; parts of nothing are left out."""
        return [
            [party, part] for party, part in sorted(self.split(fen, merchant, turn).items()) if part
        ]

    def _bears(self, other: "Terms") -> bool:
        match self.stacking:
            case Stacking.ALONE:
                return False
            case Stacking.ONE_PER_KIND:
                return self.kind != other.kind
            case Stacking.ONE_PER_LEVEL:
                return self.level != other.level
        return True
