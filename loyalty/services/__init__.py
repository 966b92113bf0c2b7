"""Every public verb of the ledger, and what they are told."""

from loyalty.ledger import Bill
from loyalty.services.adjust import decide_adjustment, propose_adjustment
from loyalty.services.audit import run_audit
from loyalty.services.earn import earn_points
from loyalty.services.exchange import exchange_points, undo_exchange
from loyalty.services.forget_counters import forget_counters
from loyalty.services.freeze import freeze_account, unfreeze_account
from loyalty.services.hold import (
    capture_hold,
    confirm_spending,
    decline_spending,
    hold_points,
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
from loyalty.services.refund import (
    RefundPreview,
    Returned,
    preview_refund,
    refund_purchase,
    refund_receipt,
)
from loyalty.services.reverse import reverse_transfer
from loyalty.services.review import approve_earning, refuse_earning
from loyalty.services.rollup import advance_rollup
from loyalty.services.set_ceilings import Ceilings, set_ceilings
from loyalty.services.set_rules import Rules, set_rules
from loyalty.services.set_terms import Offer, set_terms
from loyalty.services.spend import spend_points
from loyalty.services.sweep import sweep_accounts
from loyalty.services.warn_of_expiry import warn_of_expiry
from loyalty.services.watch_prefunds import watch_prefunds

__all__ = [
    "Bill",
    "Ceilings",
    "Offer",
    "RefundPreview",
    "Returned",
    "Rules",
    "advance_rollup",
    "approve_earning",
    "capture_hold",
    "confirm_spending",
    "decide_adjustment",
    "decline_spending",
    "deposit_prefund",
    "dismiss_refund",
    "earn_points",
    "exchange_points",
    "forget_counters",
    "freeze_account",
    "hold_points",
    "match_parked_refunds",
    "match_refund",
    "match_refunds_of",
    "merge_members",
    "open_budget",
    "preview_refund",
    "propose_adjustment",
    "refund_purchase",
    "refund_receipt",
    "refuse_earning",
    "reverse_transfer",
    "run_audit",
    "set_ceilings",
    "set_rules",
    "set_terms",
    "spend_points",
    "sweep_accounts",
    "undo_exchange",
    "unfreeze_account",
    "void_hold",
    "warn_of_expiry",
    "watch_prefunds",
    "withdraw_prefund",
]
