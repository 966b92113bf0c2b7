"""A coupon on its way over a counter: as it is, as it was evaluated on a bill, as it is used on it."""

from dataclasses import dataclass
from datetime import datetime

from coupons.engine.reasons import Reason
from coupons.engine.terms import Terms


@dataclass(frozen=True, slots=True)
class CouponState:
    """A coupon as it is now: `valid_until` is exclusive; `value_left` in fen where a value is used up in
    parts; leased to one store until an instant, others must not take it meanwhile.

    `pk`, `version` and `member` are the numbers of rows, as a pass says them.
    """

    state: str
    valid_from: datetime
    valid_until: datetime
    uses_left: int = 1
    value_left: int | None = None
    leased_to: str = ""
    leased_until: datetime | None = None
    pk: int = 0
    public_id: str = ""
    version: int = 0
    member: int = 0

    @property
    def turn(self) -> int:
        """Of its next use, for what its payers cannot share (`funding`)."""
        return self.pk + self.uses_left + (self.value_left or 0)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A coupon on a bill: what it takes off, or the reasons against it, the easiest to mend first.

    `products` are those of the bill's products it is for; None for all that the bill counts. Amounts fen.
    """

    coupon: CouponState
    terms: Terms
    discount_fen: int
    eligible_fen: int = 0
    products: frozenset[str] | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def usable(self) -> bool:
        return not self.reasons

    @property
    def cost_fen(self) -> int:
        """What its payers owe the merchant when nothing is cut: of a gift its value."""
        return self.terms.benefit.cost_fen(self.discount_fen)

    def funding_parts(self, merchant: int) -> list[list[int]]:
        """Who bears how much of it at a merchant's counter, as [party, fen]."""
        return self.terms.funding_parts(self.cost_fen, merchant, self.coupon.turn)


@dataclass(frozen=True, slots=True)
class RedemptionLine:
    """A coupon as it is used on a bill: what it takes off beside the others, and what is left to pay after
    it, in fen.

    Once it is written `public_id` is the redemption's; `pass_made_at` names the open pass that showed it.
    """

    evaluation: Evaluation
    discount_fen: int
    left_fen: int
    public_id: str = ""
    pass_made_at: datetime | None = None

    @property
    def coupon(self) -> CouponState:
        return self.evaluation.coupon

    @property
    def terms(self) -> Terms:
        return self.evaluation.terms

    @property
    def cost_fen(self) -> int:
        """What its payers owe the merchant: of a gift its value."""
        return self.terms.benefit.cost_fen(self.discount_fen)

    def funding_parts(self, merchant: int) -> list[list[int]]:
        """Who bears how much of it at a merchant's counter, as [party, fen]."""
        return self.terms.funding_parts(self.cost_fen, merchant, self.coupon.turn)
