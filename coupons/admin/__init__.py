"""Coupons in the back office: templates and campaigns, coupons by number, redemptions, the counter."""

from coupons.admin.counter import DESK
from coupons.admin.coupons import CouponAdmin
from coupons.admin.overview import coupons_today
from coupons.admin.redemptions import RedemptionAdmin
from coupons.admin.tags import MemberTagAdmin
from coupons.admin.templates import TemplateVersionAdmin

__all__ = [
    "DESK",
    "CouponAdmin",
    "MemberTagAdmin",
    "RedemptionAdmin",
    "TemplateVersionAdmin",
    "coupons_today",
]
