"""The tables of the ledger."""

from loyalty.models.account import PointsAccount
from loyalty.models.adjustment import Adjustment
from loyalty.models.alliance_policy import AlliancePolicy
from loyalty.models.audit_run import AuditRun, ExpiryWarning, Rollup, RollupHorizon
from loyalty.models.budget import IssueBudget, IssueBudgetSlot, PrefundEntry
from loyalty.models.ceilings import EarningCounter, EarningReview, MerchantCeilings
from loyalty.models.hold import Hold, HoldPart
from loyalty.models.lot import Draw, Lot, Restore
from loyalty.models.receipt import Receipt
from loyalty.models.refund import Debt, ParkedRefund, Refund
from loyalty.models.terms import MerchantTerms
from loyalty.models.transfer import Transfer

__all__ = [
    "Adjustment",
    "AlliancePolicy",
    "AuditRun",
    "Debt",
    "Draw",
    "EarningCounter",
    "EarningReview",
    "ExpiryWarning",
    "Hold",
    "HoldPart",
    "IssueBudget",
    "IssueBudgetSlot",
    "Lot",
    "MerchantCeilings",
    "MerchantTerms",
    "ParkedRefund",
    "PointsAccount",
    "PrefundEntry",
    "Receipt",
    "Refund",
    "Restore",
    "Rollup",
    "RollupHorizon",
    "Transfer",
]
