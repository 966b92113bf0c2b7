"""From any row of the ledger to all it belongs with, and back; a link only where the person may go."""

from loyalty.admin.explorer.accounts import account_sections, statement
from loyalty.admin.explorer.causes import (
    debt_sections,
    hold_sections,
    parked_refund_sections,
    refund_sections,
)
from loyalty.admin.explorer.lots import draw_sections, lot_sections, restore_sections
from loyalty.admin.explorer.receipts import receipt_sections
from loyalty.admin.explorer.transfers import transfer_sections

__all__ = [
    "account_sections",
    "debt_sections",
    "draw_sections",
    "hold_sections",
    "lot_sections",
    "parked_refund_sections",
    "receipt_sections",
    "refund_sections",
    "restore_sections",
    "statement",
    "transfer_sections",
]
