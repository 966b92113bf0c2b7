"""The ledger in the back office: read and followed from end to end; changed by a few actions alone."""

from loyalty.admin import clearing, overview
from loyalty.admin.accounts import PointsAccountAdmin
from loyalty.admin.adjustments import AdjustmentAdmin
from loyalty.admin.alliance_policy import AlliancePolicyAdmin
from loyalty.admin.budgets import IssueBudgetAdmin
from loyalty.admin.ceilings import MerchantCeilingsAdmin
from loyalty.admin.health import AuditRunAdmin
from loyalty.admin.holds import HoldAdmin
from loyalty.admin.lots import DrawAdmin, LotAdmin, RestoreAdmin
from loyalty.admin.receipts import ReceiptAdmin
from loyalty.admin.refunds import DebtAdmin, ParkedRefundAdmin, RefundAdmin
from loyalty.admin.reports import points_report
from loyalty.admin.reviews import EarningReviewAdmin
from loyalty.admin.terms import MerchantTermsAdmin
from loyalty.admin.transfers import TransferAdmin

__all__ = [
    "AdjustmentAdmin",
    "AlliancePolicyAdmin",
    "AuditRunAdmin",
    "DebtAdmin",
    "DrawAdmin",
    "EarningReviewAdmin",
    "HoldAdmin",
    "IssueBudgetAdmin",
    "LotAdmin",
    "MerchantCeilingsAdmin",
    "MerchantTermsAdmin",
    "ParkedRefundAdmin",
    "PointsAccountAdmin",
    "ReceiptAdmin",
    "RefundAdmin",
    "RestoreAdmin",
    "TransferAdmin",
    "clearing",
    "overview",
    "points_report",
]
