"""The events of coupons. The SQL functions write them, in the transaction that made them true."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CouponIssued:
    coupon: int
    version: int
    member: int
    source: str


@dataclass(frozen=True)
class CouponRedeemed:
    coupon: int
    redemption: str
    member: int
    merchant: int
    store: int
    discount_fen: int


@dataclass(frozen=True)
class CouponReturned:
    """A redemption was reversed; `live` where its coupon can be used again."""

    coupon: int
    redemption: str
    member: int
    live: bool


@dataclass(frozen=True)
class CouponBillRefunded:
    bill: int
    refund: str
    goods_fen: int


@dataclass(frozen=True)
class CouponExpired:
    coupon: int
    version: int
    member: int


@dataclass(frozen=True)
class CouponExpiring:
    coupon: int
    version: int
    member: int
    until: str


@dataclass(frozen=True)
class CouponRevoked:
    coupon: int
    version: int
    member: int


@dataclass(frozen=True)
class GiftTakenBack:
    """What a purchase had brought was taken back unused: other purchases may bring theirs now."""

    coupon: int
    receipt: int
    template: int


@dataclass(frozen=True)
class CouponGiven:
    coupon: int
    giver: int
    receiver: int


@dataclass(frozen=True)
class CouponLeased:
    """Until the instant the coupon can be used at the store alone, there also without a network."""

    coupon: int
    member: int
    store: int
    until: str


@dataclass(frozen=True)
class CouponBudgetLow:
    """Of a published version little of the budget is left, or less than one more coupon may cost."""

    version: int
    left_fen: int
    budget_fen: int
    used_up: bool
