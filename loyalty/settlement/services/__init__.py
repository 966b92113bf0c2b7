"""Every verb of the settlement."""

from loyalty.settlement.services.book_charge import book_charge
from loyalty.settlement.services.close import approve_close, propose_close, withdraw_close
from loyalty.settlement.services.credit_notes import (
    approve_credit_note,
    propose_credit_note,
    reject_credit_note,
)
from loyalty.settlement.services.disputes import (
    open_dispute,
    reject_dispute,
    uphold_dispute,
    withdraw_dispute,
)
from loyalty.settlement.services.open_cycle import move_cycle_end, open_cycle
from loyalty.settlement.services.payments import record_payment, reverse_payment
from loyalty.settlement.services.seal import seal_days

__all__ = [
    "approve_close",
    "approve_credit_note",
    "book_charge",
    "move_cycle_end",
    "open_cycle",
    "open_dispute",
    "propose_close",
    "propose_credit_note",
    "record_payment",
    "reject_credit_note",
    "reject_dispute",
    "reverse_payment",
    "seal_days",
    "uphold_dispute",
    "withdraw_close",
    "withdraw_dispute",
]
