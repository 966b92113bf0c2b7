"""Templates and their versions, stock and budget in slots, coupons and redemptions."""

from coupons.models.coupon import Coupon
from coupons.models.redemption import FundingPart, Redemption
from coupons.models.stock import BudgetSlot, StockSlot
from coupons.models.template import CouponTemplate, TemplateFunding, TemplateVersion

__all__ = [
    "BudgetSlot",
    "Coupon",
    "CouponTemplate",
    "FundingPart",
    "Redemption",
    "StockSlot",
    "TemplateFunding",
    "TemplateVersion",
]
