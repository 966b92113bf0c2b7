"""The tables of the settlement between merchants."""

from loyalty.settlement.models.charge import Booking, Charge
from loyalty.settlement.models.cycle import Cycle
from loyalty.settlement.models.line import MILLI, PARTS, Fee, Line, Release
from loyalty.settlement.models.seal import JournalSeal
from loyalty.settlement.models.statement import CreditNote, Dispute, Statement, StatementPayment

__all__ = [
    "MILLI",
    "PARTS",
    "Booking",
    "Charge",
    "CreditNote",
    "Cycle",
    "Dispute",
    "Fee",
    "JournalSeal",
    "Line",
    "Release",
    "Statement",
    "StatementPayment",
]
