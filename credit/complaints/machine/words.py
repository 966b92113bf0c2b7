"""The words of the complaint machine: states, acts, who acts, outcomes, clocks."""

from enum import StrEnum

from credit.score.values import CaseOutcome


class CaseState(StrEnum):
    """Where a case stands; the last block are the states of a tip-off."""

    NEW = "new"
    SUBMITTED = "submitted"
    NEEDS_INFO = "needs_info"
    AWAITING_MERCHANT = "awaiting_merchant"
    NEGOTIATING = "negotiating"
    MEDIATION = "mediation"
    EVIDENCE_WAIT = "evidence_wait"
    APPRAISAL = "appraisal"
    DECIDED = "decided"
    UNDER_REVIEW = "under_review"
    DECIDED_FINAL = "decided_final"
    REMEDY_DUE = "remedy_due"
    ADVANCE_PAYMENT = "advance_payment"
    AWAITING_CONFIRMATION = "awaiting_confirmation"

    REJECTED = "rejected"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    CLOSED_RESOLVED = "closed_resolved"
    CLOSED_DEEMED = "closed_deemed"
    CLOSED_UNRESOLVED = "closed_unresolved"
    CLOSED_NOT_UPHELD = "closed_not_upheld"
    CLOSED_ABUSIVE = "closed_abusive"

    RECEIVED = "received"
    CHECKED = "checked"
    NO_ACTION = "no_action"
    INSPECTION = "inspection"
    CLOSED = "closed"


S = CaseState
OPEN_STATES = frozenset(
    {
        S.SUBMITTED,
        S.NEEDS_INFO,
        S.AWAITING_MERCHANT,
        S.NEGOTIATING,
        S.MEDIATION,
        S.EVIDENCE_WAIT,
        S.APPRAISAL,
        S.DECIDED,
        S.UNDER_REVIEW,
        S.DECIDED_FINAL,
        S.REMEDY_DUE,
        S.ADVANCE_PAYMENT,
        S.AWAITING_CONFIRMATION,
    }
)
REOPENABLE_STATES = frozenset(
    {S.CLOSED_RESOLVED, S.CLOSED_DEEMED, S.CLOSED_UNRESOLVED, S.CLOSED_NOT_UPHELD}
)
CLOSED_STATES = REOPENABLE_STATES | {
    S.REJECTED,
    S.MERGED,
    S.WITHDRAWN,
    S.TRANSFERRED,
    S.CLOSED_ABUSIVE,
}
TIP_OFF_STATES = frozenset({S.RECEIVED, S.CHECKED, S.NO_ACTION, S.INSPECTION, S.CLOSED})
# Where nothing runs and nobody has to act.
TERMINAL_STATES = CLOSED_STATES | {S.CLOSED}


class CaseActor(StrEnum):
    """In which part somebody acts; `timer` is the beat."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    TIMER = "timer"


SIDES = (CaseActor.SHOPPER, CaseActor.MERCHANT)


class CaseAction(StrEnum):
    """What somebody does to a case."""

    SUBMIT = "submit"
    ASK_INFO = "ask_info"
    SUPPLY = "supply"
    TIMEOUT = "timeout"
    REFUSE = "refuse"
    MERGE = "merge"
    ACCEPT = "accept"
    ANSWER = "answer"
    PROPOSE = "propose"
    ACCEPT_PROPOSAL = "accept_proposal"
    ESCALATE = "escalate"
    REQUEST_EVIDENCE = "request_evidence"
    SEND_TO_APPRAISAL = "send_to_appraisal"
    REPORT_IN = "report_in"
    AGREE = "agree"
    DECIDE = "decide"
    END_WITHOUT_RESULT = "end_without_result"
    APPEAL = "appeal"
    CONFIRM = "confirm"
    CHANGE = "change"
    CONCLUDE = "conclude"
    MARK_DONE = "mark_done"
    PAY = "pay"
    DENY = "deny"
    WITHDRAW = "withdraw"
    MARK_ABUSIVE = "mark_abusive"
    TRANSFER = "transfer"
    REOPEN = "reopen"
    EVALUATE = "evaluate"
    RECALCULATE = "recalculate"

    TIP_OFF = "tip_off"
    CHECK = "check"
    DISMISS = "dismiss"
    INSPECT = "inspect"
    CLOSE = "close"


DECISIONS = frozenset({CaseOutcome.UPHELD, CaseOutcome.PARTLY_UPHELD, CaseOutcome.NOT_UPHELD})


class RemedyKind(StrEnum):
    """What the merchant does for the shopper; the first two have a sum."""

    REFUND = "refund"
    PARTIAL_REFUND = "partial_refund"
    REPLACE = "replace"
    REPAIR = "repair"
    REDO = "redo"
    APOLOGISE = "apologise"
    POINTS_OR_COUPON = "points_or_coupon"
    NONE = "none"


MONEY_REMEDIES = frozenset({RemedyKind.REFUND, RemedyKind.PARTIAL_REFUND})


class ReviewSubject(StrEnum):
    """What a reviewer looks at again."""

    DECISION = "decision"
    REFUSAL = "refusal"
    ABUSE_LABEL = "abuse_label"


# What an appeal is about, by the state it is made in.
REVIEW_SUBJECTS = {
    S.DECIDED: ReviewSubject.DECISION,
    S.REJECTED: ReviewSubject.REFUSAL,
    S.CLOSED_ABUSIVE: ReviewSubject.ABUSE_LABEL,
}


class ClockName(StrEnum):
    """A time limit somebody has to keep, or after which the case goes on by itself."""

    TRIAGE = "triage"
    INFO_ANSWER = "info_answer"
    FIRST_ANSWER = "first_answer"
    OVERALL = "overall"
    NEGOTIATION = "negotiation"
    PROPOSAL = "proposal"
    MEDIATION = "mediation"
    EVIDENCE_SHOPPER = "evidence_shopper"
    EVIDENCE_MERCHANT = "evidence_merchant"
    APPRAISAL = "appraisal"
    APPEAL = "appeal"
    REVIEW = "review"
    REMEDY = "remedy"
    FUND_PAYMENT = "fund_payment"
    CONFIRMATION = "confirmation"
    TIP_OFF_CHECK = "tip_off_check"


class WindowName(StrEnum):
    """Until when the shopper may still do something to a closed case; nobody is late, nothing runs."""

    APPEAL = "appeal"
    REOPEN = "reopen"
    EVALUATION = "evaluation"


class TermName(StrEnum):
    """Each length of time the policy gives. `appeal` is that of a clock and of a window."""

    TRIAGE = "triage"
    INFO_ANSWER = "info_answer"
    FIRST_ANSWER = "first_answer"
    OVERALL = "overall"
    OVERALL_AGAIN = "overall_again"
    NEGOTIATION = "negotiation"
    MERCHANT_ESCALATION = "merchant_escalation"
    PROPOSAL = "proposal"
    MEDIATION = "mediation"
    MEDIATION_AGAIN = "mediation_again"
    EVIDENCE = "evidence"
    APPEAL = "appeal"
    REVIEW = "review"
    REMEDY = "remedy"
    FUND_PAYMENT = "fund_payment"
    CONFIRMATION = "confirmation"
    EVALUATION = "evaluation"
    REOPEN = "reopen"
    TIP_OFF_CHECK = "tip_off_check"


EVIDENCE_CLOCKS = {
    CaseActor.SHOPPER: ClockName.EVIDENCE_SHOPPER,
    CaseActor.MERCHANT: ClockName.EVIDENCE_MERCHANT,
}

# Why a complaint is not taken up (row 5 of the table).
REFUSAL_REASONS = frozenset(
    {
        "not_consumer",
        "other_shop",
        "court_or_arbitration",
        "duplicate",
        "over_limit_period",
        "no_facts",
        "abusive",
    }
)
NO_ANSWER = "no_answer"
STANCES = frozenset({"agree", "offer", "dispute"})
