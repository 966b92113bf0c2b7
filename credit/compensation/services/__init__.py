"""The verbs of the compensation fund."""

from credit.compensation.services.cases import follow_case
from credit.compensation.services.claims import (
    approve_write_off,
    dispute_claim,
    follow_statements,
    propose_write_off,
    reject_dispute,
    reject_write_off,
    uphold_dispute,
)
from credit.compensation.services.contributions import (
    record_contribution,
    reverse_contribution,
    transfer_collected,
)
from credit.compensation.services.memberships import join_fund, leave_fund
from credit.compensation.services.payments import (
    approve_attempt,
    note_attempt_failed,
    note_attempt_succeeded,
    propose_attempt,
    record_surplus_return,
    reject_attempt,
)
from credit.compensation.services.terms import approve_terms, propose_terms, reject_terms

__all__ = [
    "approve_attempt",
    "approve_terms",
    "approve_write_off",
    "dispute_claim",
    "follow_case",
    "follow_statements",
    "join_fund",
    "leave_fund",
    "note_attempt_failed",
    "note_attempt_succeeded",
    "propose_attempt",
    "propose_terms",
    "propose_write_off",
    "record_contribution",
    "record_surplus_return",
    "reject_attempt",
    "reject_dispute",
    "reject_terms",
    "reject_write_off",
    "reverse_contribution",
    "transfer_collected",
    "uphold_dispute",
]
