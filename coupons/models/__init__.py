"""Templates and their versions, stock and budget in slots, coupons, bills and redemptions."""

from coupons.models.bill import BillRefund, CouponBill, WholeBillRefund
from coupons.models.budget import BudgetChange, BudgetWarning
from coupons.models.consent import ShareConsent
from coupons.models.coupon import Coupon
from coupons.models.edit import VersionEdit
from coupons.models.funding import TemplateFunding
from coupons.models.people import CouponGift, MemberTag, PaperCode
from coupons.models.picture import CouponPicture
from coupons.models.redemption import FundingPart, Redemption, RedemptionRequest
from coupons.models.reward import ReceiptReward
from coupons.models.stock import BudgetSlot, StockSlot
from coupons.models.template import CouponTemplate, TemplateVersion

__all__ = [
    "BillRefund",
    "BudgetChange",
    "BudgetSlot",
    "BudgetWarning",
    "Coupon",
    "CouponBill",
    "CouponGift",
    "CouponPicture",
    "CouponTemplate",
    "FundingPart",
    "MemberTag",
    "PaperCode",
    "ReceiptReward",
    "Redemption",
    "RedemptionRequest",
    "ShareConsent",
    "StockSlot",
    "TemplateFunding",
    "TemplateVersion",
    "VersionEdit",
    "WholeBillRefund",
]
