"""Every public verb of the ledger, and the values they take."""

from loyalty.services.adjust import decide_adjustment, propose_adjustment
from loyalty.services.audit import run_audit
from loyalty.services.earn import earn_points, earn_points_at_till
from loyalty.services.exchange import exchange_points, undo_exchange
from loyalty.services.freeze import freeze_account, unfreeze_account
from loyalty.services.hold import (
    capture_hold,
    confirm_spending,
    decline_spending,
    hold_points,
    hold_points_on_phone,
    void_hold,
)
from loyalty.services.match_refunds import (
    dismiss_refund,
    match_parked_refunds,
    match_refund,
    match_refunds_of,
)
from loyalty.services.merge_members import merge_members
from loyalty.services.prefund import deposit_prefund, open_budget, withdraw_prefund
from loyalty.services.purge_earning_counters import purge_earning_counters
from loyalty.services.refund import (
    PurchaseRefund,
    ReceiptRefundPreview,
    preview_refund,
    refund_purchase,
    refund_receipt,
)
from loyalty.services.reverse import reverse_transfer
from loyalty.services.review import approve_earning, refuse_earning
from loyalty.services.rollup import advance_rollup
from loyalty.services.set_alliance_policy import set_alliance_policy
from loyalty.services.set_ceilings import Ceilings, set_ceilings
from loyalty.services.set_terms import EarningTerms, set_terms
from loyalty.services.spend import spend_points
from loyalty.services.sweep import sweep_accounts
from loyalty.services.warn_of_expiry import warn_of_expiry
from loyalty.services.warn_of_low_prefunds import warn_of_low_prefunds
from loyalty.values import AlliancePolicyValues, ReportedPurchase

__all__ = [
    "AlliancePolicyValues",
    "Ceilings",
    "EarningTerms",
    "PurchaseRefund",
    "ReceiptRefundPreview",
    "ReportedPurchase",
    "advance_rollup",
    "approve_earning",
    "capture_hold",
    "confirm_spending",
    "decide_adjustment",
    "decline_spending",
    "deposit_prefund",
    "dismiss_refund",
    "earn_points",
    "earn_points_at_till",
    "exchange_points",
    "freeze_account",
    "hold_points",
    "hold_points_on_phone",
    "match_parked_refunds",
    "match_refund",
    "match_refunds_of",
    "merge_members",
    "open_budget",
    "preview_refund",
    "propose_adjustment",
    "purge_earning_counters",
    "refund_purchase",
    "refund_receipt",
    "refuse_earning",
    "reverse_transfer",
    "run_audit",
    "set_alliance_policy",
    "set_ceilings",
    "set_terms",
    "spend_points",
    "sweep_accounts",
    "undo_exchange",
    "unfreeze_account",
    "void_hold",
    "warn_of_expiry",
    "warn_of_low_prefunds",
    "withdraw_prefund",
]
