"""From any row of the ledger to all it belongs with, and back; a link only where the person may go."""

from loyalty.admin.explorer.accounts import of_account, statement
from loyalty.admin.explorer.causes import of_debt, of_hold, of_parked_refund, of_refund
from loyalty.admin.explorer.lots import of_draw, of_lot, of_restore
from loyalty.admin.explorer.receipts import of_receipt
from loyalty.admin.explorer.transfers import of_transfer

__all__ = [
    "of_account",
    "of_debt",
    "of_draw",
    "of_hold",
    "of_lot",
    "of_parked_refund",
    "of_receipt",
    "of_refund",
    "of_restore",
    "of_transfer",
    "statement",
]
