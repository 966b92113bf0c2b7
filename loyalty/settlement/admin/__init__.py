"""The settlement workspace: cycles closed by two people, statements, disputes, credit notes and payments."""

from loyalty.settlement.admin import overview
from loyalty.settlement.admin.charges import ChargeAdmin
from loyalty.settlement.admin.credit_notes import CreditNoteAdmin
from loyalty.settlement.admin.cycles import CycleAdmin
from loyalty.settlement.admin.disputes import DisputeAdmin
from loyalty.settlement.admin.lines import LineAdmin
from loyalty.settlement.admin.payments import StatementPaymentAdmin
from loyalty.settlement.admin.seals import JournalSealAdmin
from loyalty.settlement.admin.statements import StatementAdmin

__all__ = [
    "ChargeAdmin",
    "CreditNoteAdmin",
    "CycleAdmin",
    "DisputeAdmin",
    "JournalSealAdmin",
    "LineAdmin",
    "StatementAdmin",
    "StatementPaymentAdmin",
    "overview",
]
