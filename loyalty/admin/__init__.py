"""The ledger in the back office: to be read and followed, never changed; and the terms."""

from loyalty.admin import clearing, overview
from loyalty.admin.adjustments import AdjustmentAdmin
from loyalty.admin.budgets import IssueBudgetAdmin
from loyalty.admin.health import AuditRunAdmin
from loyalty.admin.lots import DrawAdmin, LotAdmin, PointsAccountAdmin, RestoreAdmin
from loyalty.admin.rules import AllianceRulesAdmin
from loyalty.admin.terms import MerchantTermsAdmin
from loyalty.admin.transfers import ReceiptAdmin, TransferAdmin

__all__ = [
    "AdjustmentAdmin",
    "AllianceRulesAdmin",
    "AuditRunAdmin",
    "DrawAdmin",
    "IssueBudgetAdmin",
    "LotAdmin",
    "MerchantTermsAdmin",
    "PointsAccountAdmin",
    "ReceiptAdmin",
    "RestoreAdmin",
    "TransferAdmin",
    "clearing",
    "overview",
]
