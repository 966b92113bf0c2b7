"""Coupons in the back office: templates and campaigns, coupons by number, redemptions."""

from coupons.admin.coupons import CouponAdmin
from coupons.admin.redemptions import RedemptionAdmin
from coupons.admin.tags import MemberTagAdmin
from coupons.admin.templates import TemplateVersionAdmin

__all__ = ["CouponAdmin", "MemberTagAdmin", "RedemptionAdmin", "TemplateVersionAdmin"]
