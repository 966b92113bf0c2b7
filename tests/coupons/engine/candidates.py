"""Coupons that may be used on a bill, for the rules of stacking: what each takes off is given."""

from datetime import datetime

from coupons.engine.benefits import CashOff, Gift, PercentOff
from coupons.engine.coupon import CouponState, Evaluation
from coupons.engine.terms import Stacking, Terms

_OF_KIND = {"cash_off": CashOff(1), "percent_off": PercentOff(1, 1), "gift": Gift("热美式一杯")}
_LONG_AGO = datetime.fromisoformat("2020-01-01T00:00:00+08:00")


def candidate(code, discount_fen, stacking, kind, level, valid_until, products=None):
    """A coupon of this kind and level by its code, and the products of the bill it is for (None: all)."""
    return Evaluation(
        coupon=CouponState("live", _LONG_AGO, valid_until, public_id=code),
        terms=Terms(_OF_KIND[kind], stacking=Stacking(stacking), level=level),
        discount_fen=discount_fen,
        products=None if products is None else frozenset(products),
    )
