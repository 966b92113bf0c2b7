"""Everything that may happen to a case, as data: the table of complaints, and the short one of tip-offs.

A row: from where, what, by whom, to where; guards and conditions by name; the clocks it starts, pauses,
resumes and stops. What stands in no row is refused. Rows have the numbers of the design's table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from credit.complaints.machine import conditions as c
from credit.complaints.machine import guards as g
from credit.complaints.machine.clocks import ClockVerb
from credit.complaints.machine.guards import Guard
from credit.complaints.machine.words import CLOSED_STATES as CLOSED
from credit.complaints.machine.words import (
    NO_ANSWER,
    OPEN_STATES,
    REFUSAL_REASONS,
    REOPENABLE_STATES,
    CaseAction,
    CaseActor,
    CaseState,
    ClockName,
    TermName,
)
from credit.score.values import CaseOutcome


@dataclass(frozen=True, slots=True)
class ClockEffect:
    """What a row does to a clock; without a name, to those of the sides whose evidence it is about.

    A start counts from the act, or from the acceptance; where people agreed on a date, that date stands
    instead of the term: of the remedy, or of the appraisal.
    """

    verb: ClockVerb
    clock: ClockName | None = None
    term: TermName | None = None
    since_acceptance: bool = False


@dataclass(frozen=True, slots=True)
class CaseTransition:
    """A row. `when` chooses between rows that begin alike; `reasons` are the codes one of which is needed,
    `details` the words an act must have, `options` those it may have or that a guard asks for; it has no
    other. `clock_names` are the clocks whose end makes a timer act."""

    row: str
    sources: frozenset[CaseState]
    action: CaseAction
    actors: frozenset[CaseActor]
    target: CaseState
    guards: tuple[Guard, ...] = ()
    when: Guard | None = None
    clocks: tuple[ClockEffect, ...] = ()
    stops_all: bool = False
    outcome: CaseOutcome | None = None
    reasons: frozenset[str] = frozenset()
    reason_set: str = ""
    details: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    clock_names: frozenset[ClockName] = frozenset()


def start(clock: ClockName | None, term: TermName | None = None) -> ClockEffect:
    """Without a term, that of the clock's own name."""
    if term is None and clock is not None and clock is not ClockName.APPRAISAL:
        term = TermName(clock.value)
    return ClockEffect(ClockVerb.START, clock, term)


def pause(*clocks: ClockName) -> tuple[ClockEffect, ...]:
    return tuple(ClockEffect(ClockVerb.PAUSE, clock) for clock in clocks)


def resume(*clocks: ClockName) -> tuple[ClockEffect, ...]:
    return tuple(ClockEffect(ClockVerb.RESUME, clock) for clock in clocks)


def stop(*clocks: ClockName | None) -> tuple[ClockEffect, ...]:
    return tuple(ClockEffect(ClockVerb.STOP, clock) for clock in clocks)


A, C, E, S, T = CaseAction, ClockName, CaseOutcome, CaseState, TermName
SHOPPER = frozenset({CaseActor.SHOPPER})
MERCHANT = frozenset({CaseActor.MERCHANT})
BOTH = SHOPPER | MERCHANT
OFFICER = frozenset({CaseActor.OFFICER})
REVIEWER = frozenset({CaseActor.REVIEWER})
FINANCE = frozenset({CaseActor.FINANCE})
TIMER = frozenset({CaseActor.TIMER})
# What every acceptance sets going.
ACCEPTED = (start(C.FIRST_ANSWER), start(C.OVERALL))
# Mediation begins; a talk that went before ends.
TO_MEDIATION = (*stop(C.NEGOTIATION, C.PROPOSAL), start(C.MEDIATION))
# A second mediation has clocks of its own: also it must end.
AGAIN = (start(C.MEDIATION, T.MEDIATION_AGAIN), start(C.OVERALL, T.OVERALL_AGAIN))
DECISION = (
    g.finding_known,
    g.severity_known,
    g.rule_cited,
    g.reasons_written,
    g.upheld_has_remedy,
    g.decided_remedy_undated,
    g.refund_within_paid,
)
DECIDED = ("finding", "severity", "rule", "remedy")
FILED = ("paid_fen", "purchase", "store", "anonymity", "evidence", "is_repeat")
EVIDENCE = ("evidence",)
REVIEWED = (*stop(C.REVIEW),)
TIP_OFF_REASONS = frozenset({"no_facts", "not_of_this_district", "duplicate", "already_handled"})


def _row(
    row: str,
    source: CaseState | Iterable[CaseState],
    action: CaseAction,
    actors: frozenset[CaseActor],
    target: CaseState,
    *guards: Guard,
    clock: ClockName | tuple[ClockName, ...] = (),
    **more: Any,
) -> CaseTransition:
    sources = frozenset({source} if isinstance(source, CaseState) else source)
    clock_names = frozenset({clock} if isinstance(clock, ClockName) else clock)
    if clock_names:
        more["options"] = ("clock",)
    if actors & BOTH and action not in (A.SUBMIT, A.TIP_OFF):
        guards = (g.belongs_to_case, *guards)
    if CaseActor.SHOPPER in actors and action is not A.TIP_OFF:
        # An officer writes it for a person who is no member, and says how the person told it.
        more["options"] = (*more.get("options", ()), "stated_by")
    return CaseTransition(
        row, sources, action, actors, target, guards, clock_names=clock_names, **more
    )


# fmt: off
COMPLAINTS: tuple[CaseTransition, ...] = (
    _row("1", S.NEW, A.SUBMIT, SHOPPER, S.SUBMITTED,
         g.amounts_valid, g.few_open_cases, g.first_open_case_of_purchase,
         details=("case_id", "category", "wish", "amount_fen"), options=FILED,
         clocks=(start(C.TRIAGE),)),
    _row("2", S.SUBMITTED, A.ASK_INFO, OFFICER, S.NEEDS_INFO, g.questions_asked,
         clocks=(*pause(C.TRIAGE), start(C.INFO_ANSWER))),
    _row("3", S.NEEDS_INFO, A.SUPPLY, SHOPPER, S.SUBMITTED, g.purchase_valid,
         g.first_open_case_of_purchase, options=("paid_fen", "purchase", "evidence"),
         clocks=(*stop(C.INFO_ANSWER), *resume(C.TRIAGE))),
    _row("4", S.NEEDS_INFO, A.TIMEOUT, TIMER, S.WITHDRAWN, clock=C.INFO_ANSWER,
         outcome=E.WITHDRAWN, reason_set=NO_ANSWER, stops_all=True),
    _row("5", S.SUBMITTED, A.REFUSE, OFFICER, S.REJECTED, reasons=REFUSAL_REASONS, stops_all=True),
    _row("6", S.SUBMITTED, A.MERGE, OFFICER, S.MERGED, g.master_is_another, g.master_is_open,
         options=("master",), stops_all=True),
    _row("7", S.SUBMITTED, A.ACCEPT, OFFICER, S.AWAITING_MERCHANT, g.severity_known,
         options=("severity",),
         clocks=(*stop(C.TRIAGE), *ACCEPTED)),
    _row("7t", S.SUBMITTED, A.TIMEOUT, TIMER, S.AWAITING_MERCHANT, clock=C.TRIAGE,
         clocks=(*stop(C.TRIAGE), *ACCEPTED)),
    _row("8", S.AWAITING_MERCHANT, A.ANSWER, MERCHANT, S.NEGOTIATING, g.stance_known,
         options=("stance", "evidence"),
         clocks=(*stop(C.FIRST_ANSWER),
                 ClockEffect(ClockVerb.START, C.NEGOTIATION, T.NEGOTIATION, since_acceptance=True))),
    _row("9", S.AWAITING_MERCHANT, A.TIMEOUT, TIMER, S.MEDIATION, clock=C.FIRST_ANSWER,
         clocks=(*stop(C.FIRST_ANSWER), start(C.MEDIATION))),
    _row("10", S.NEGOTIATING, A.PROPOSE, BOTH, S.NEGOTIATING, g.remedy_valid, g.refund_within_paid,
         options=("remedy",), clocks=(*stop(C.PROPOSAL), start(C.PROPOSAL))),
    _row("10t", S.NEGOTIATING, A.TIMEOUT, TIMER, S.NEGOTIATING, clock=C.PROPOSAL,
         clocks=stop(C.PROPOSAL)),
    _row("11", S.NEGOTIATING, A.ACCEPT_PROPOSAL, BOTH, S.REMEDY_DUE,
         g.other_side_proposed, g.remedy_date_ahead, outcome=E.SETTLED_DIRECT,
         clocks=(*stop(C.NEGOTIATION, C.PROPOSAL, C.OVERALL), start(C.REMEDY))),
    _row("12", S.NEGOTIATING, A.ESCALATE, BOTH, S.MEDIATION, g.merchant_waited, clocks=TO_MEDIATION),
    _row("13", S.NEGOTIATING, A.TIMEOUT, TIMER, S.MEDIATION, clock=C.NEGOTIATION,
         clocks=TO_MEDIATION),
    _row("14", S.MEDIATION, A.REQUEST_EVIDENCE, OFFICER, S.EVIDENCE_WAIT, g.sides_known,
         options=("sides",),
         clocks=(*pause(C.MEDIATION), start(None, T.EVIDENCE))),
    _row("15", S.EVIDENCE_WAIT, A.SUPPLY, BOTH, S.MEDIATION, g.side_was_asked, g.evidence_given,
         options=EVIDENCE, when=c.last_side_outstanding,
         clocks=(*stop(None), *resume(C.MEDIATION))),
    _row("15+", S.EVIDENCE_WAIT, A.SUPPLY, BOTH, S.EVIDENCE_WAIT, g.side_was_asked, g.evidence_given,
         options=EVIDENCE, when=c.another_side_outstanding, clocks=stop(None)),
    _row("15t", S.EVIDENCE_WAIT, A.TIMEOUT, TIMER, S.MEDIATION,
         when=c.last_side_outstanding, clock=(C.EVIDENCE_SHOPPER, C.EVIDENCE_MERCHANT),
         clocks=(*stop(None), *resume(C.MEDIATION))),
    _row("15t+", S.EVIDENCE_WAIT, A.TIMEOUT, TIMER, S.EVIDENCE_WAIT,
         when=c.another_side_outstanding, clock=(C.EVIDENCE_SHOPPER, C.EVIDENCE_MERCHANT),
         clocks=stop(None)),
    _row("16", S.MEDIATION, A.SEND_TO_APPRAISAL, OFFICER, S.APPRAISAL,
         g.both_sides_agreed, g.appraisal_date_ahead, details=("body", "cost_bearer"),
         options=("sides", "due_on"),
         clocks=(*pause(C.MEDIATION, C.OVERALL), start(C.APPRAISAL))),
    _row("17", S.APPRAISAL, A.REPORT_IN, OFFICER, S.MEDIATION, g.evidence_given, options=EVIDENCE,
         clocks=(*stop(C.APPRAISAL), *resume(C.MEDIATION, C.OVERALL))),
    _row("18", S.MEDIATION, A.AGREE, OFFICER, S.REMEDY_DUE, g.both_sides_agreed, g.remedy_valid,
         g.refund_within_paid, g.remedy_date_in_term, outcome=E.SETTLED_IN_MEDIATION,
         options=("sides", "remedy", "shopper_agrees_to_later"),
         clocks=(*stop(C.MEDIATION, C.OVERALL), start(C.REMEDY))),
    _row("19", S.MEDIATION, A.DECIDE, OFFICER, S.DECIDED, g.under_charter, *DECISION,
         options=DECIDED, clocks=(*stop(C.MEDIATION, C.OVERALL), start(C.APPEAL))),
    _row("20", S.MEDIATION, A.END_WITHOUT_RESULT, OFFICER, S.CLOSED_UNRESOLVED, stops_all=True),
    _row("20t", S.MEDIATION, A.END_WITHOUT_RESULT, TIMER, S.CLOSED_UNRESOLVED, clock=C.OVERALL,
         stops_all=True),
    _row("21", S.DECIDED, A.APPEAL, BOTH, S.UNDER_REVIEW, g.appeal_left, g.reasons_written,
         options=EVIDENCE, clocks=(*stop(C.APPEAL), start(C.REVIEW))),
    _row("22", S.UNDER_REVIEW, A.CONFIRM, REVIEWER, S.DECIDED_FINAL, g.reviewer_is_another,
         g.reasons_written, when=c.reviews_decision, clocks=REVIEWED),
    _row("22c", S.UNDER_REVIEW, A.CHANGE, REVIEWER, S.DECIDED_FINAL, g.reviewer_is_another,
         *DECISION, options=DECIDED, when=c.reviews_decision, clocks=REVIEWED),
    _row("23", S.DECIDED, A.TIMEOUT, TIMER, S.DECIDED_FINAL, clock=C.APPEAL, clocks=stop(C.APPEAL)),
    _row("24", S.DECIDED_FINAL, A.CONCLUDE, TIMER, S.REMEDY_DUE, when=c.decision_is_upheld,
         clocks=(start(C.REMEDY),)),
    _row("25", S.DECIDED_FINAL, A.CONCLUDE, TIMER, S.CLOSED_NOT_UPHELD, when=c.decision_is_not_upheld,
         stops_all=True),
    _row("26", S.REMEDY_DUE, A.MARK_DONE, MERCHANT, S.AWAITING_CONFIRMATION, g.proof_given,
         g.refund_is_the_remedys, options=("evidence", "refund_fen"),
         clocks=(*stop(C.REMEDY), start(C.CONFIRMATION))),
    _row("27", S.REMEDY_DUE, A.TIMEOUT, TIMER, S.ADVANCE_PAYMENT, when=c.fund_pays, clock=C.REMEDY,
         clocks=(*stop(C.REMEDY), start(C.FUND_PAYMENT))),
    _row("28", S.ADVANCE_PAYMENT, A.PAY, FINANCE, S.AWAITING_CONFIRMATION,
         g.payment_is_the_remedys, g.payment_within_cap, options=("paid_fen",),
         clocks=(*stop(C.FUND_PAYMENT), start(C.CONFIRMATION))),
    _row("28b", S.REMEDY_DUE, A.TIMEOUT, TIMER, S.CLOSED_UNRESOLVED, when=c.fund_does_not_pay,
         clock=C.REMEDY, stops_all=True),
    _row("29", S.AWAITING_CONFIRMATION, A.CONFIRM, SHOPPER, S.CLOSED_RESOLVED, stops_all=True),
    _row("30", S.AWAITING_CONFIRMATION, A.DENY, SHOPPER, S.MEDIATION, g.first_denial,
         g.says_what_is_missing, options=EVIDENCE, clocks=(*stop(C.CONFIRMATION), *AGAIN)),
    _row("31", S.AWAITING_CONFIRMATION, A.TIMEOUT, TIMER, S.CLOSED_DEEMED, clock=C.CONFIRMATION,
         stops_all=True),
    _row("32", OPEN_STATES, A.WITHDRAW, SHOPPER, S.WITHDRAWN, outcome=E.WITHDRAWN, stops_all=True),
    _row("33", OPEN_STATES, A.MARK_ABUSIVE, OFFICER, S.CLOSED_ABUSIVE, g.two_people,
         g.second_person_is_reviewer, g.reasons_written, options=("second_person", "evidence"),
         outcome=E.ABUSIVE, stops_all=True),
    _row("34", OPEN_STATES, A.TRANSFER, SHOPPER | OFFICER, S.TRANSFERRED, g.authority_named,
         options=("authority", "reference"), stops_all=True),
    _row("35", REOPENABLE_STATES, A.REOPEN, SHOPPER, S.MEDIATION, g.first_reopening,
         g.reopening_in_time, g.new_facts_given, options=EVIDENCE, clocks=AGAIN),
    _row("36", (S.REJECTED, S.CLOSED_ABUSIVE), A.APPEAL, SHOPPER, S.UNDER_REVIEW, g.appeal_left,
         g.appeal_in_time, g.reasons_written, options=EVIDENCE, clocks=(start(C.REVIEW),)),
    _row("36r", S.UNDER_REVIEW, A.CONFIRM, REVIEWER, S.REJECTED, g.reviewer_is_another,
         g.reasons_written, when=c.reviews_refusal, stops_all=True),
    _row("36a", S.UNDER_REVIEW, A.CONFIRM, REVIEWER, S.CLOSED_ABUSIVE, g.reviewer_is_another,
         g.reasons_written, when=c.reviews_abuse_label, outcome=E.ABUSIVE, stops_all=True),
    _row("36c", S.UNDER_REVIEW, A.CHANGE, REVIEWER, S.AWAITING_MERCHANT, g.reviewer_is_another,
         g.reasons_written, when=c.reviews_refusal_or_label, clocks=(*REVIEWED, *ACCEPTED)),
    *(_row("37", state, A.EVALUATE, SHOPPER, state, g.marks_valid, g.first_evaluation,
           g.evaluation_in_time,
           options=("speed", "fairness", "result", "resolved", "anonymous")) for state in sorted(CLOSED)),
    *(_row("calendar", state, A.RECALCULATE, TIMER, state, g.calendar_differs)
      for state in sorted(OPEN_STATES)),
    *(_row("windows", state, A.RECALCULATE, TIMER, state, g.windows_differ)
      for state in sorted(CLOSED)),
)

TIP_OFFS: tuple[CaseTransition, ...] = (
    _row("t1", S.NEW, A.TIP_OFF, SHOPPER, S.RECEIVED, details=("case_id", "category"),
         options=("store", "anonymity", "evidence"), clocks=(start(C.TIP_OFF_CHECK),)),
    _row("t2", S.RECEIVED, A.CHECK, OFFICER, S.CHECKED, clocks=stop(C.TIP_OFF_CHECK)),
    _row("t3", S.CHECKED, A.DISMISS, OFFICER, S.NO_ACTION, reasons=TIP_OFF_REASONS),
    _row("t4", S.CHECKED, A.INSPECT, OFFICER, S.INSPECTION),
    _row("t5", (S.NO_ACTION, S.INSPECTION), A.CLOSE, OFFICER, S.CLOSED, g.reasons_written),
    _row("calendar", S.RECEIVED, A.RECALCULATE, TIMER, S.RECEIVED, g.calendar_differs),
)
# fmt: on

TABLE = COMPLAINTS + TIP_OFFS


def _by_start() -> dict[tuple[CaseState, CaseAction], list[CaseTransition]]:
    rows: dict[tuple[CaseState, CaseAction], list[CaseTransition]] = {}
    for transition in TABLE:
        for source in transition.sources:
            rows.setdefault((source, transition.action), []).append(transition)
    return rows


ROWS_BY_START = _by_start()
# The clocks whose end makes a timer act in a state, and what it does then.
TIMED_ACTS: dict[CaseState, dict[ClockName, CaseAction]] = {
    state: {
        clock: transition.action
        for transition in TABLE
        if state in transition.sources
        for clock in sorted(transition.clock_names)
    }
    for state in CaseState
}
