"""What a row of the table changes in the fields of a case."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from credit.complaints.machine.act_context import ActContext
from credit.complaints.machine.case import CaseEvaluation, CaseProposal, CaseWindow, ComplaintCase
from credit.complaints.machine.transitions import CaseTransition
from credit.complaints.machine.words import (
    CLOSED_STATES,
    REOPENABLE_STATES,
    CaseAction,
    CaseState,
    ClockName,
    TermName,
    WindowName,
)
from credit.complaints.machine.working_days import ClockTerm, term_end
from credit.score.values import CaseOutcome, CaseSeverity

Fields = dict[str, Any]


def field_changes(context: ActContext, transition: CaseTransition) -> Fields:
    """The case's fields that the act changes, as values."""
    case, target = context.case, transition.target
    changes: Fields = {}
    if target != case.state:
        changes |= _on_leaving(case, target)
    if transition.outcome is not None:
        changes["outcome"] = transition.outcome
    changes |= _BY_ACTION.get(transition.action, _nothing)(context, target)
    if target in CLOSED_STATES and target != case.state:
        changes |= {"closed_at": context.act.at, "windows": _windows(context, target)}
    if target is CaseState.CLOSED_UNRESOLVED:
        # Without a finding there is no burden.
        changes["outcome"] = case.finding or CaseOutcome.NOT_UPHELD
    return {name: value for name, value in changes.items() if getattr(case, name) != value}


def _windows(context: ActContext, target: CaseState) -> tuple[CaseWindow, ...]:
    names = [WindowName.EVALUATION]
    if target in REOPENABLE_STATES:
        names.append(WindowName.REOPEN)
    if target in (CaseState.REJECTED, CaseState.CLOSED_ABUSIVE):
        names.append(WindowName.APPEAL)
    terms = context.timekeeping.policy_at(context.act.at).terms
    return tuple(CaseWindow(name, _window_end(context, terms[TermName(name)])) for name in names)


def _window_end(context: ActContext, term: ClockTerm) -> datetime:
    return term_end(context.act.at, term, context.timekeeping.calendar).due_at


def _on_leaving(case: ComplaintCase, target: CaseState) -> Fields:
    changes: Fields = {}
    if case.state is CaseState.NEGOTIATING:
        changes["proposal"] = None
    if case.state is CaseState.EVIDENCE_WAIT:
        changes["evidence_from"] = ()
    if case.state is CaseState.UNDER_REVIEW:
        changes["review_subject"] = None
    if case.state in CLOSED_STATES:
        # Whoever closed it asks again at the next closing.
        changes |= {"closed_at": None, "windows": (), "evaluation": None}
    return changes


def _nothing(context: ActContext, target: CaseState) -> Fields:
    return {}


def _submit(context: ActContext, target: CaseState) -> Fields:
    details = context.act.details
    return {
        "case_id": details["case_id"],
        "category": details["category"],
        "amount_fen": details.get("amount_fen", 0),
        "paid_fen": details.get("paid_fen"),
        "submitted_at": context.act.at,
        "is_repeat": details.get("is_repeat", False),
    }


def _accept(context: ActContext, target: CaseState) -> Fields:
    severity = context.act.details.get("severity", context.case.severity)
    return {"accepted_at": context.act.at, "severity": CaseSeverity(severity)}


def _timeout(context: ActContext, target: CaseState) -> Fields:
    case = context.case
    match context.act.details["clock"]:
        case ClockName.TRIAGE:
            return {"accepted_at": context.act.at}
        case ClockName.PROPOSAL:
            return {"proposal": None}
        case ClockName.REMEDY:
            return {"remedy_missed": True}
        case ClockName.EVIDENCE_SHOPPER | ClockName.EVIDENCE_MERCHANT:
            missed = (*case.evidence_missed, context.side)
            return _supplied(context, target) | {"evidence_missed": missed}
    return {}


def _supply(context: ActContext, target: CaseState) -> Fields:
    if context.case.state is CaseState.EVIDENCE_WAIT:
        return _supplied(context, target)
    paid_fen = context.act.details.get("paid_fen")
    # Who names no purchase takes none back.
    return {} if paid_fen is None else {"paid_fen": paid_fen}


def _supplied(context: ActContext, target: CaseState) -> Fields:
    waiting = tuple(side for side in context.case.evidence_from if side is not context.side)
    return {"evidence_from": waiting}


def _merge(context: ActContext, target: CaseState) -> Fields:
    return {"merged_into": context.act.details["master"]}


def _answer(context: ActContext, target: CaseState) -> Fields:
    return {"stance": context.act.details["stance"]}


def _propose(context: ActContext, target: CaseState) -> Fields:
    assert context.remedy is not None  # the guard saw it
    return {"proposal": CaseProposal(context.act.actor, context.remedy)}


def _accept_proposal(context: ActContext, target: CaseState) -> Fields:
    assert context.case.proposal is not None  # the guard saw it
    return {"remedy": context.case.proposal.remedy}


def _agree(context: ActContext, target: CaseState) -> Fields:
    return {"remedy": context.remedy}


def _request_evidence(context: ActContext, target: CaseState) -> Fields:
    return {"evidence_from": context.sides}


def _decide(context: ActContext, target: CaseState) -> Fields:
    details = context.act.details
    finding = CaseOutcome(details["finding"])
    return _decided_by(context) | {
        "finding": finding,
        "outcome": finding,
        "severity": CaseSeverity(details.get("severity", context.case.severity)),
        "remedy": context.remedy if context.is_upheld else None,
    }


def _decided_by(context: ActContext, *others: str) -> Fields:
    persons = {*context.case.deciders, context.act.person, *others} - {""}
    return {"deciders": tuple(sorted(persons))}


def _refuse(context: ActContext, target: CaseState) -> Fields:
    return _decided_by(context)


def _mark_abusive(context: ActContext, target: CaseState) -> Fields:
    return _decided_by(context, context.act.details["second_person"])


def _appeal(context: ActContext, target: CaseState) -> Fields:
    appeals = (*context.case.appeals, context.appeal)
    return {"appeals": appeals, "review_subject": context.review_subject}


def _change(context: ActContext, target: CaseState) -> Fields:
    if target is CaseState.DECIDED_FINAL:
        return _decide(context, target)
    # The case begins anew on the way of an accepted one.
    return _decided_by(context) | {
        "accepted_at": context.act.at,
        "stance": "",
        "outcome": None,
        "finding": None,
        "remedy": None,
    }


def _mark_done(context: ActContext, target: CaseState) -> Fields:
    refunded_fen = context.case.refunded_fen + context.act.details.get("refund_fen", 0)
    return {"refunded_fen": refunded_fen}


def _pay(context: ActContext, target: CaseState) -> Fields:
    case, paid_fen = context.case, context.act.details["paid_fen"]
    return {
        "refunded_fen": case.refunded_fen + paid_fen,
        "fund_paid_fen": case.fund_paid_fen + paid_fen,
    }


def _deny(context: ActContext, target: CaseState) -> Fields:
    return {"was_denied": True}


def _reopen(context: ActContext, target: CaseState) -> Fields:
    return {"was_reopened": True}


def _recalculate(context: ActContext, target: CaseState) -> Fields:
    # Of an open case there are none; its clocks stand beside its fields.
    return {"windows": context.windows}


def _evaluate(context: ActContext, target: CaseState) -> Fields:
    return {"evaluation": CaseEvaluation.of(context.act.details)}


_BY_ACTION: dict[CaseAction, Callable[[ActContext, CaseState], Fields]] = {
    CaseAction.SUBMIT: _submit,
    CaseAction.TIP_OFF: _submit,
    CaseAction.ACCEPT: _accept,
    CaseAction.TIMEOUT: _timeout,
    CaseAction.SUPPLY: _supply,
    CaseAction.REFUSE: _refuse,
    CaseAction.MERGE: _merge,
    CaseAction.ANSWER: _answer,
    CaseAction.PROPOSE: _propose,
    CaseAction.ACCEPT_PROPOSAL: _accept_proposal,
    CaseAction.REQUEST_EVIDENCE: _request_evidence,
    CaseAction.AGREE: _agree,
    CaseAction.DECIDE: _decide,
    CaseAction.APPEAL: _appeal,
    CaseAction.CHANGE: _change,
    CaseAction.MARK_DONE: _mark_done,
    CaseAction.PAY: _pay,
    CaseAction.DENY: _deny,
    CaseAction.MARK_ABUSIVE: _mark_abusive,
    CaseAction.REOPEN: _reopen,
    CaseAction.EVALUATE: _evaluate,
    CaseAction.RECALCULATE: _recalculate,
}
