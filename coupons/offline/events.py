"""The events of offline redemption."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CouponConflict:
    """A coupon was taken twice; its holder is told and owes nothing."""

    conflict: str
    coupon: int
    member: int
    store: int
    reason: str
    fen: int
