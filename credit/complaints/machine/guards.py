"""What must hold for an act beyond state and actor. Each guard's name is the problem of its refusal.

Guards are pure functions of the case, the act, the facts of the world and the policy's terms.
"""

from collections.abc import Callable
from datetime import timedelta

from credit.complaints.machine.act_context import ActContext, is_word
from credit.complaints.machine.details import day_of, is_fen, is_label
from credit.complaints.machine.words import (
    DECISIONS,
    MONEY_REMEDIES,
    SIDES,
    STANCES,
    CaseActor,
    RemedyKind,
    TermName,
    WindowName,
)
from credit.complaints.machine.working_days import term_end
from credit.score.values import CaseSeverity

MOST_OPEN_CASES = 3
LONGEST_REMEDY = timedelta(days=90)
LONGEST_APPRAISAL = timedelta(days=180)
MARKS = range(1, 6)
RESOLVED = frozenset({"yes", "partly", "no"})


Guard = Callable[[ActContext], bool]


def belongs_to_case(context: ActContext) -> bool:
    return context.act.actor not in SIDES or context.facts.actor_belongs_to_case


def amounts_valid(context: ActContext) -> bool:
    return is_fen(context.act.details.get("amount_fen")) and purchase_valid(context)


def purchase_valid(context: ActContext) -> bool:
    paid_fen = context.act.details.get("paid_fen")
    return paid_fen is None or is_fen(paid_fen)


def few_open_cases(context: ActContext) -> bool:
    return context.facts.open_cases_of_shopper < MOST_OPEN_CASES


def first_open_case_of_purchase(context: ActContext) -> bool:
    return context.facts.open_cases_of_purchase == 0


def questions_asked(context: ActContext) -> bool:
    return reasons_written(context)


def master_is_open(context: ActContext) -> bool:
    return context.facts.master_is_open


def master_is_another(context: ActContext) -> bool:
    master = context.act.details.get("master")
    return is_label(master) and master != context.case.case_id


def severity_known(context: ActContext) -> bool:
    return is_word(context.act.details.get("severity", CaseSeverity.ORDINARY.value), CaseSeverity)


def stance_known(context: ActContext) -> bool:
    return is_word(context.act.details.get("stance"), STANCES)


def remedy_valid(context: ActContext) -> bool:
    remedy = context.remedy
    if remedy is None or not is_fen(remedy.amount_fen):
        return False
    if (remedy.amount_fen > 0) is not (remedy.kind in MONEY_REMEDIES):
        return False
    return remedy.due_on is None or context.day <= remedy.due_on <= context.day + LONGEST_REMEDY


def refund_within_paid(context: ActContext) -> bool:
    remedy = context.remedy
    return remedy is None or remedy.amount_fen <= context.case.refundable_fen


def other_side_proposed(context: ActContext) -> bool:
    proposal = context.case.proposal
    return proposal is not None and proposal.side is not context.act.actor


def remedy_date_ahead(context: ActContext) -> bool:
    proposal = context.case.proposal
    due_on = proposal and proposal.remedy.due_on
    return not due_on or due_on >= context.day


def merchant_waited(context: ActContext) -> bool:
    """The shopper may go to mediation at once, the merchant after working days of negotiation."""
    accepted_at = context.case.accepted_at
    if context.act.actor is not CaseActor.MERCHANT or accepted_at is None:
        return True
    term = context.timekeeping.policy_at(context.act.at).terms[TermName.MERCHANT_ESCALATION]
    return context.act.at >= term_end(accepted_at, term, context.timekeeping.calendar).due_at


def sides_known(context: ActContext) -> bool:
    return bool(context.sides)


def side_was_asked(context: ActContext) -> bool:
    return context.side in context.case.evidence_from


def evidence_given(context: ActContext) -> bool:
    return bool(context.act.details.get("evidence"))


def both_sides_agreed(context: ActContext) -> bool:
    return set(context.sides) == set(SIDES)


def appraisal_date_ahead(context: ActContext) -> bool:
    try:
        due_on = day_of(context.act.details.get("due_on"))
    except ValueError:
        return False
    return context.day < due_on <= context.day + LONGEST_APPRAISAL


def remedy_date_in_term(context: ActContext) -> bool:
    """A day after the policy's term needs the shopper's word."""
    remedy, details = context.remedy, context.act.details
    if remedy is None or remedy.due_on is None or details.get("shopper_agrees_to_later") is True:
        return True
    term = context.timekeeping.policy_at(context.act.at).terms[TermName.REMEDY]
    return remedy.due_on <= term_end(context.act.at, term, context.timekeeping.calendar).last_day


def under_charter(context: ActContext) -> bool:
    return context.facts.under_charter


def finding_known(context: ActContext) -> bool:
    return is_word(context.act.details.get("finding"), DECISIONS)


def rule_cited(context: ActContext) -> bool:
    return is_label(context.act.details.get("rule"))


def reasons_written(context: ActContext) -> bool:
    return bool(context.act.note.strip())


def upheld_has_remedy(context: ActContext) -> bool:
    """And what is not upheld has none."""
    if context.is_upheld:
        return remedy_valid(context)
    return context.act.details.get("remedy") is None


def decided_remedy_undated(context: ActContext) -> bool:
    """Its term begins when the decision is final; a day is only agreed."""
    return context.remedy is None or context.remedy.due_on is None


def appeal_left(context: ActContext) -> bool:
    return context.appeal not in context.case.appeals


def reviewer_is_another(context: ActContext) -> bool:
    return bool(context.act.person) and context.act.person not in context.case.deciders


def proof_given(context: ActContext) -> bool:
    """A remedy of nothing needs no proof."""
    remedy = context.case.remedy
    return evidence_given(context) or (remedy is not None and remedy.kind is RemedyKind.NONE)


def refund_is_the_remedys(context: ActContext) -> bool:
    remedy = context.case.remedy
    refund_fen = context.act.details.get("refund_fen", 0)
    return remedy is not None and is_fen(refund_fen) and refund_fen == remedy.amount_fen


def payment_is_the_remedys(context: ActContext) -> bool:
    remedy = context.case.remedy
    paid_fen = context.act.details.get("paid_fen")
    return remedy is not None and is_fen(paid_fen) and paid_fen == remedy.amount_fen


def payment_within_cap(context: ActContext) -> bool:
    return int(context.act.details["paid_fen"]) <= context.facts.fund_cap_fen


def first_denial(context: ActContext) -> bool:
    return not context.case.was_denied


def says_what_is_missing(context: ActContext) -> bool:
    return reasons_written(context)


def two_people(context: ActContext) -> bool:
    first, second = context.act.person, context.act.details.get("second_person")
    return is_label(second) and bool(first) and first != second


def second_person_is_reviewer(context: ActContext) -> bool:
    """A reviewer is an officer who has not decided the case."""
    return context.act.details["second_person"] not in context.case.deciders


def authority_named(context: ActContext) -> bool:
    named = [context.act.details.get(name) for name in ("authority", "reference")]
    return all(map(is_label, named))


def first_reopening(context: ActContext) -> bool:
    return not context.case.was_reopened


def reopening_in_time(context: ActContext) -> bool:
    return _in_window(context, WindowName.REOPEN)


def new_facts_given(context: ActContext) -> bool:
    return evidence_given(context) or bool(context.act.note.strip())


def appeal_in_time(context: ActContext) -> bool:
    return _in_window(context, WindowName.APPEAL)


def marks_valid(context: ActContext) -> bool:
    details = context.act.details
    marks = [details.get(name) for name in ("speed", "fairness", "result")]
    return all(type(mark) is int and mark in MARKS for mark in marks) and is_word(
        details.get("resolved"), RESOLVED
    )


def first_evaluation(context: ActContext) -> bool:
    return context.case.evaluation is None


def evaluation_in_time(context: ActContext) -> bool:
    return _in_window(context, WindowName.EVALUATION)


def calendar_differs(context: ActContext) -> bool:
    version, at = context.timekeeping.calendar.version, context.act.at
    return any(
        clock.calendar_version != version and clock.may_still_move(at)
        for clock in context.case.clocks
    )


def windows_differ(context: ActContext) -> bool:
    return context.windows != context.case.windows


def _in_window(context: ActContext, name: WindowName) -> bool:
    until = context.case.window(name)
    return until is not None and context.act.at < until


# What depends on the case, on who acts, when and in which world, and on no word of the act: asked beforehand, these
# say what somebody may do at all.
ASKED_BEFOREHAND: frozenset[Guard] = frozenset(
    {
        other_side_proposed,
        remedy_date_ahead,
        merchant_waited,
        side_was_asked,
        under_charter,
        appeal_left,
        reviewer_is_another,
        first_denial,
        first_reopening,
        reopening_in_time,
        appeal_in_time,
        first_evaluation,
        evaluation_in_time,
    }
)
