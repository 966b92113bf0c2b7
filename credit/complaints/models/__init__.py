"""Complaints and tip-offs as rows: the case, its history, its clocks, what came of them, and the terms."""

from credit.complaints.models.case_file import CaseFile, CaseReview, Complaint, TipOff
from credit.complaints.models.clocks import CaseBreach, CaseClockRow, CaseNotice
from credit.complaints.models.evidence import CaseEvidence
from credit.complaints.models.history import CaseEventRow
from credit.complaints.models.policies import ComplaintPolicy
from credit.complaints.models.templates import AnswerTemplate

__all__ = [
    "AnswerTemplate",
    "CaseBreach",
    "CaseClockRow",
    "CaseEventRow",
    "CaseEvidence",
    "CaseFile",
    "CaseNotice",
    "CaseReview",
    "Complaint",
    "ComplaintPolicy",
    "TipOff",
]
