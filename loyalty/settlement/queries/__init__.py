"""What can be asked of the settlement; nothing here writes or locks."""

from loyalty.settlement.queries.bookings import (
    BookingMovement,
    DraftCharge,
    bookings_of_charge,
    bookings_of_statement,
    draft_charges,
)
from loyalty.settlement.queries.cycles import LedgerWindow, horizon_now, last_cycle, window_of
from loyalty.settlement.queries.draft import DraftLine, draft
from loyalty.settlement.queries.journal import journal, last_seal, window_of_seal
from loyalty.settlement.queries.movements import (
    Movement,
    movements_of_line,
    movements_of_statement,
)
from loyalty.settlement.queries.proofs import sealed_from, statement_with_proofs, text_of

__all__ = [
    "BookingMovement",
    "DraftCharge",
    "DraftLine",
    "LedgerWindow",
    "Movement",
    "bookings_of_charge",
    "bookings_of_statement",
    "draft",
    "draft_charges",
    "horizon_now",
    "journal",
    "last_cycle",
    "last_seal",
    "movements_of_line",
    "movements_of_statement",
    "sealed_from",
    "statement_with_proofs",
    "text_of",
    "window_of",
    "window_of_seal",
]
