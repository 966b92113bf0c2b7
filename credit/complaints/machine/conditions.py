"""What chooses between rows of the table that begin alike; of those exactly one holds."""

from credit.complaints.machine.act_context import ActContext
from credit.complaints.machine.words import ReviewSubject
from credit.score.values import CaseOutcome


def last_side_outstanding(context: ActContext) -> bool:
    return set(context.case.evidence_from) <= {context.side}


def another_side_outstanding(context: ActContext) -> bool:
    return not last_side_outstanding(context)


def decision_is_upheld(context: ActContext) -> bool:
    return context.case.finding is not CaseOutcome.NOT_UPHELD


def decision_is_not_upheld(context: ActContext) -> bool:
    return context.case.finding is CaseOutcome.NOT_UPHELD


def fund_pays(context: ActContext) -> bool:
    facts, remedy = context.facts, context.case.remedy
    amount_fen = remedy.amount_fen if remedy else 0
    return facts.in_fund_scheme and 0 < amount_fen <= facts.fund_cap_fen


def fund_does_not_pay(context: ActContext) -> bool:
    return not fund_pays(context)


def reviews_decision(context: ActContext) -> bool:
    return context.case.review_subject is ReviewSubject.DECISION


def reviews_refusal(context: ActContext) -> bool:
    return context.case.review_subject is ReviewSubject.REFUSAL


def reviews_abuse_label(context: ActContext) -> bool:
    return context.case.review_subject is ReviewSubject.ABUSE_LABEL


def reviews_refusal_or_label(context: ActContext) -> bool:
    return not reviews_decision(context)
