"""Every public verb of the ledger, and what they are told."""

from loyalty.ledger import Bill
from loyalty.services.earn import earn_points
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
from loyalty.services.refund import (
    RefundPreview,
    Returned,
    preview_refund,
    refund_purchase,
    refund_receipt,
)
from loyalty.services.reverse import reverse_transfer
from loyalty.services.set_terms import Offer, set_terms
from loyalty.services.spend import spend_points
from loyalty.services.sweep import sweep_accounts

__all__ = [
    "Bill",
    "Offer",
    "RefundPreview",
    "Returned",
    "capture_hold",
    "confirm_spending",
    "decline_spending",
    "dismiss_refund",
    "earn_points",
    "hold_points",
    "match_parked_refunds",
    "match_refund",
    "match_refunds_of",
    "preview_refund",
    "refund_purchase",
    "refund_receipt",
    "reverse_transfer",
    "set_terms",
    "spend_points",
    "sweep_accounts",
    "void_hold",
]
