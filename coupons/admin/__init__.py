"""Coupons in the back office: templates and campaigns, coupons by number, redemptions, the counter."""

from coupons.admin.consents import ShareConsentAdmin
from coupons.admin.counter import WORKSPACE
from coupons.admin.coupons import CouponAdmin
from coupons.admin.merchant_report import MERCHANT_COUPONS_REPORT, coupons_of_month
from coupons.admin.overview import coupons_today
from coupons.admin.redemptions import RedemptionAdmin
from coupons.admin.tags import MemberTagAdmin
from coupons.admin.templates import TemplateVersionAdmin

__all__ = [
    "MERCHANT_COUPONS_REPORT",
    "WORKSPACE",
    "CouponAdmin",
    "MemberTagAdmin",
    "RedemptionAdmin",
    "ShareConsentAdmin",
    "TemplateVersionAdmin",
    "coupons_of_month",
    "coupons_today",
]
