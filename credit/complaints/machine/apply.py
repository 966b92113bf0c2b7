"""The machine: an act on a case gives the case after that, its event and what became of the clocks, or a refusal."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from credit.complaints.machine.act_context import ActContext
from credit.complaints.machine.case import CaseAct, CaseFacts, ComplaintCase, field_text
from credit.complaints.machine.clock_effects import clock_changes
from credit.complaints.machine.clocks import ClockChange, Timekeeping
from credit.complaints.machine.details import (
    is_note,
    is_salt,
    malformed_details,
    unknown_details,
)
from credit.complaints.machine.effects import field_changes
from credit.complaints.machine.events import (
    CaseEvent,
    followed_by,
    note_digest,
    sealed,
)
from credit.complaints.machine.guards import ASKED_BEFOREHAND
from credit.complaints.machine.transitions import ROWS_BY_START, TIMED_ACTS, CaseTransition
from credit.complaints.machine.words import CaseAction, CaseActor, CaseState

# The problems that are not a guard's name.
WRONG_STATE, WRONG_ACTOR = "wrong_state", "wrong_actor"
OUT_OF_ORDER, TIMERS_FIRST, NOT_DUE = "out_of_order", "timers_first", "not_due"
REASON_MISSING, REASON_UNKNOWN = "reason_missing", "reason_unknown"
DETAILS_MISSING, DETAILS_UNKNOWN = "details_missing", "details_unknown"
DETAILS_MALFORMED, NOTE_MALFORMED = "details_malformed", "note_malformed"


@dataclass(frozen=True)
class ActApplied:
    """The case after an act, the event that says so, and the clocks it changed."""

    case: ComplaintCase
    event: CaseEvent
    clock_changes: list[ClockChange]


@dataclass(frozen=True)
class ActRefused:
    """Why not: a problem of this module, or the name of the guard that did not hold; `facts` are for people."""

    problem: str
    facts: dict[str, Any] = field(default_factory=dict)


def apply(
    case: ComplaintCase, act: CaseAct, facts: CaseFacts, timekeeping: Timekeeping
) -> ActApplied | ActRefused:
    """Do an act, or refuse it and change nothing.

    An act comes after everything that time has already brought: while a timer's act is due, all others are
    refused with `timers_first`. So it makes no difference how punctual the timers are.
    """
    context = ActContext(case, act, facts, timekeeping)
    rows = ROWS_BY_START.get((case.state, act.action), [])
    problem = _refusal_of_start(case, act, rows)
    if problem is not None:
        return problem
    transition = _chosen(context, [row for row in rows if act.actor in row.actors])
    problem = _refusal_of_row(context, transition)
    return problem or _applied(context, transition)


def next_timer_act(case: ComplaintCase) -> CaseAct | None:
    """What the timers do next with a case, at the instant at which it is due; None while nothing will be."""
    if case.state is CaseState.DECIDED_FINAL:
        assert case.entered_at is not None
        return CaseAct(CaseAction.CONCLUDE, CaseActor.TIMER, case.entered_at)
    due = [
        (clock.due_at, name, action)
        for name, action in TIMED_ACTS[case.state].items()
        if (clock := case.clock(name)) is not None and clock.is_running
    ]
    if not due or case.entered_at is None:
        return None
    due_at, name, action = min(due)
    # A clock that ran out while the case was elsewhere waits for it to come back.
    at = max(due_at, case.entered_at)
    return CaseAct(action, CaseActor.TIMER, at, details={"clock": name.value})


def allowed_actions(case: ComplaintCase, actor: CaseActor) -> frozenset[CaseAction]:
    """What an actor may try in the case's state, whatever the guards will say."""
    return frozenset(
        action
        for (state, action), rows in ROWS_BY_START.items()
        if state == case.state and any(actor in row.actors for row in rows)
    )


def possible_rows(
    case: ComplaintCase,
    actor: CaseActor,
    *,
    at: datetime,
    facts: CaseFacts,
    timekeeping: Timekeeping,
    person: str = "",
) -> list[CaseTransition]:
    """The rows that somebody may take at an instant, as far as this does not depend on what the act will say."""
    found = []
    for (state, action), rows in ROWS_BY_START.items():
        if state is not case.state:
            continue
        context = ActContext(case, CaseAct(action, actor, at, person), facts, timekeeping)
        found += [
            row
            for row in rows
            if actor in row.actors
            and (row.when is None or row.when(context))
            and all(guard(context) for guard in row.guards if guard in ASKED_BEFOREHAND)
        ]
    return found


def _refusal_of_start(
    case: ComplaintCase, act: CaseAct, rows: list[CaseTransition]
) -> ActRefused | None:
    if not rows:
        return ActRefused(WRONG_STATE, {"state": str(case.state), "action": str(act.action)})
    if not any(act.actor in row.actors for row in rows):
        actors = sorted({str(actor) for row in rows for actor in row.actors})
        return ActRefused(WRONG_ACTOR, {"actor": str(act.actor), "actors": actors})
    if case.last_at is not None and act.at < case.last_at:
        return ActRefused(OUT_OF_ORDER)
    pending = next_timer_act(case)
    if act.actor is CaseActor.TIMER and act.action is not CaseAction.RECALCULATE:
        if pending is None or _timed(pending) != _timed(act):
            return ActRefused(NOT_DUE)
    elif pending is not None and pending.at <= act.at:
        return ActRefused(TIMERS_FIRST, {"action": str(pending.action)})
    return None


def _timed(act: CaseAct) -> tuple[Any, ...]:
    return act.action, act.at, act.details.get("clock")


def _chosen(context: ActContext, rows: list[CaseTransition]) -> CaseTransition:
    """Of rows that begin alike exactly one fits: by the clock that ran out, or by its condition."""
    clock = context.act.details.get("clock")
    if context.act.actor is CaseActor.TIMER:
        rows = [row for row in rows if not row.clock_names or clock in row.clock_names]
    (fitting,) = [row for row in rows if row.when is None or row.when(context)]
    return fitting


def _refusal_of_row(context: ActContext, transition: CaseTransition) -> ActRefused | None:
    problem = _refusal_of_form(context.act, transition)
    if problem is not None:
        return problem
    broken = next((guard for guard in transition.guards if not guard(context)), None)
    return None if broken is None else ActRefused(broken.__name__)


def _refusal_of_form(act: CaseAct, transition: CaseTransition) -> ActRefused | None:
    """What is sealed for ever is what the row's form has, and nothing else."""
    reasons = {"reasons": sorted(transition.reasons)}
    if transition.reasons and not act.reason_code:
        return ActRefused(REASON_MISSING, reasons)
    if act.reason_code and act.reason_code not in transition.reasons:
        return ActRefused(REASON_UNKNOWN, reasons)
    if not is_note(act.note) or (act.note and not is_salt(act.note_salt)):
        return ActRefused(NOTE_MALFORMED)
    known = transition.details + transition.options
    wrong = {
        DETAILS_MISSING: [name for name in transition.details if name not in act.details],
        DETAILS_UNKNOWN: unknown_details(act.details, known),
        DETAILS_MALFORMED: malformed_details(act.details),
    }
    return next(
        (ActRefused(problem, {"details": names}) for problem, names in wrong.items() if names), None
    )


def _applied(context: ActContext, transition: CaseTransition) -> ActApplied:
    case, act, timekeeping = context.case, context.act, context.timekeeping
    changes = clock_changes(context, transition)
    fields = field_changes(context, transition)
    event = CaseEvent(
        seq=case.seq + 1,
        actor=act.actor,
        action=act.action,
        from_state=case.state,
        to_state=transition.target,
        reason_code=act.reason_code or transition.reason_set,
        note=act.note,
        note_salt=act.note_salt if act.note else "",
        note_sha256=note_digest(act.note, act.note_salt),
        payload={
            "row": transition.row,
            "person": act.person,
            "details": dict(act.details),
            "fields": {name: field_text(name, value) for name, value in sorted(fields.items())},
            "clocks": [change.as_document() for change in changes],
        },
        policy_version=timekeeping.policy_at(act.at).version,
        calendar_version=timekeeping.calendar.version,
        at=act.at,
        prev_hash=case.head,
    )
    event = sealed(event)
    return ActApplied(followed_by(case, event), event, changes)
