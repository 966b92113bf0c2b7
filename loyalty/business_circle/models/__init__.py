"""Authorisations, payments and refunds that WeChat reports, and the points that it is told of."""

from loyalty.business_circle.models.authorization import Authorization
from loyalty.business_circle.models.payment import MallPayment
from loyalty.business_circle.models.points_sync import PointsSync
from loyalty.business_circle.models.refund import MallRefund
from loyalty.business_circle.models.shop_number import ShopNumber

__all__ = ["Authorization", "MallPayment", "MallRefund", "PointsSync", "ShopNumber"]
