"""Complaints and tip-offs as rows: the case, its history, its clocks, what came of them, and the terms."""

from credit.complaints.models.abuse import AbuseLabel, AbuseProposal, CasePattern
from credit.complaints.models.case_file import CaseFile
from credit.complaints.models.case_screens import CaseReview, Complaint, TipOff
from credit.complaints.models.clocks import CaseBreach, CaseClockRow, CaseNotice
from credit.complaints.models.drafts import ComplaintDraft
from credit.complaints.models.evidence import CaseEvidence
from credit.complaints.models.history import CaseEventRow
from credit.complaints.models.messages import CaseMessage, CaseNoticeReading
from credit.complaints.models.oversight import (
    CaseBundle,
    CaseStory,
    MediationConsent,
    WithdrawalCheck,
)
from credit.complaints.models.policies import ComplaintPolicy
from credit.complaints.models.templates import AnswerTemplate
from credit.complaints.models.walk_ins import CaseToCall, ContactCall, WalkIn

__all__ = [
    "AbuseLabel",
    "AbuseProposal",
    "AnswerTemplate",
    "CaseBreach",
    "CaseBundle",
    "CaseClockRow",
    "CaseEventRow",
    "CaseEvidence",
    "CaseFile",
    "CaseMessage",
    "CaseNotice",
    "CaseNoticeReading",
    "CasePattern",
    "CaseReview",
    "CaseStory",
    "CaseToCall",
    "Complaint",
    "ComplaintDraft",
    "ComplaintPolicy",
    "ContactCall",
    "MediationConsent",
    "TipOff",
    "WalkIn",
    "WithdrawalCheck",
]
