"""The business circle in the back office: what WeChat reported, what became of it, and what waits for a person."""

from loyalty.business_circle.admin import overview
from loyalty.business_circle.admin.authorizations import AuthorizationAdmin
from loyalty.business_circle.admin.payments import MallPaymentAdmin
from loyalty.business_circle.admin.refunds import MallRefundAdmin
from loyalty.business_circle.admin.shop_numbers import ShopNumberAdmin
from loyalty.business_circle.admin.syncs import PointsSyncAdmin

__all__ = [
    "AuthorizationAdmin",
    "MallPaymentAdmin",
    "MallRefundAdmin",
    "PointsSyncAdmin",
    "ShopNumberAdmin",
    "overview",
]
