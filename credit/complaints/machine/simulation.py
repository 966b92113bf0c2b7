"""The scripts of the real complaints run over the machine alone: what the replay must come to, before any table.

`figures_of` gives the figures of `manage.py replay_complaints` that do not depend on a server.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from credit.complaints.machine.apply import ActRefused, apply, next_timer_act
from credit.complaints.machine.case import NEW_CASE, CaseAct, CaseFacts, ComplaintCase
from credit.complaints.machine.clocks import Timekeeping
from credit.complaints.machine.deadlines import breaches
from credit.complaints.machine.events import CaseEvent
from credit.complaints.machine.mapping import (
    AMOUNT_FEN,
    HORIZON,
    ScriptStep,
    SourceComplaint,
    script_of,
)
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.score.values import CaseOutcome

FACTS = CaseFacts(under_charter=True)
LATE = "late_first_answer"
# The columns of the digest's lines after company and cases.
COLUMNS = (LATE, "closed_resolved", "closed_deemed", "withdrawn", "closed_unresolved")


@dataclass
class SimulatedComplaint:
    """A complaint of the source and what the machine made of it."""

    source: SourceComplaint
    case: ComplaintCase
    events: list[CaseEvent]


class ScriptDoesNotFit(Exception):
    """A step that the machine refuses, or a case that goes on without waiting for it."""


def simulate(source: SourceComplaint, timekeeping: Timekeeping) -> SimulatedComplaint:
    """One complaint from its filing to its end, timers included. Raises ScriptDoesNotFit."""
    run = SimulatedComplaint(source, NEW_CASE, [])
    details = {
        "case_id": str(source.number),
        "category": source.category,
        "wish": "refund",
        "amount_fen": AMOUNT_FEN,
        "paid_fen": AMOUNT_FEN,
    }
    _do(
        run,
        CaseAct(CaseAction.SUBMIT, CaseActor.SHOPPER, source.filed_at, details=details),
        timekeeping,
    )
    triage_end = next_timer_act(run.case)
    if triage_end is not None and triage_end.at <= source.accepted_at:
        _do(run, triage_end, timekeeping)
    else:
        _do(run, CaseAct(CaseAction.ACCEPT, CaseActor.OFFICER, source.accepted_at), timekeeping)
    for step in script_of(source):
        _do_step(run, step, timekeeping)
    _run_timers(run, source.filed_at + HORIZON, timekeeping)
    return run


def figures_of(runs: Iterable[SimulatedComplaint]) -> dict[str, Any]:
    """The figures, with the names of the replay's contract."""
    companies: dict[str, Counter[str]] = {}
    totals: Counter[str] = Counter()
    for run in runs:
        counts = Counter(_names_of(run))
        companies.setdefault(run.source.company, Counter()).update(counts)
        totals.update(counts)
    lines = sorted(
        f"{company}," + ",".join(str(counts[name]) for name in ("cases", *COLUMNS)) + "\n"
        for company, counts in companies.items()
    )
    names = ("cases", *COLUMNS, "settled_direct", "settled_in_mediation", "decided_upheld")
    return {
        **{name: totals[name] for name in names},
        "merchants": len(companies),
        "source_timely_no": totals["source_timely_no"],
        "open": totals["open"],
        "companies_digest": hashlib.sha256("".join(lines).encode()).hexdigest(),
    }


def _names_of(run: SimulatedComplaint) -> Iterable[str]:
    case = run.case
    yield "cases"
    yield str(case.state) if case.closed_at is not None else "open"
    if any(
        breach.kind == LATE for breach in breaches(case.clocks, case.last_at or run.source.filed_at)
    ):
        yield LATE
    if case.outcome in (CaseOutcome.SETTLED_DIRECT, CaseOutcome.SETTLED_IN_MEDIATION):
        yield str(case.outcome)
    if case.finding is CaseOutcome.UPHELD:
        yield "decided_upheld"
    if not run.source.is_timely:
        yield "source_timely_no"


def _do_step(run: SimulatedComplaint, step: ScriptStep, timekeeping: Timekeeping) -> None:
    """Let time pass until the case is where the step waits for it, then do it."""
    at = _instant_of(run.case, step)
    while (act := next_timer_act(run.case)) is not None and (at is None or act.at <= at):
        _do(run, act, timekeeping)
        at = _instant_of(run.case, step)
    if at is None:
        raise ScriptDoesNotFit(f"{run.source.number}: never in {step.in_state} for {step.action}")
    act = CaseAct(
        step.action,
        step.actor,
        max(at, run.case.last_at or at),
        person=f"{step.actor}-1",
        note=step.note,
        note_salt="0" * 32,
        details=step.details,
    )
    _do(run, act, timekeeping)


def _instant_of(case: ComplaintCase, step: ScriptStep) -> datetime | None:
    if case.state != step.in_state or case.entered_at is None:
        return None
    return case.entered_at + step.after


def _run_timers(run: SimulatedComplaint, until: datetime, timekeeping: Timekeeping) -> None:
    while (act := next_timer_act(run.case)) is not None and act.at <= until:
        _do(run, act, timekeeping)


def _do(run: SimulatedComplaint, act: CaseAct, timekeeping: Timekeeping) -> None:
    result = apply(run.case, act, FACTS, timekeeping)
    if isinstance(result, ActRefused):
        raise ScriptDoesNotFit(f"{run.source.number}: {act.action} {result.problem} {result.facts}")
    run.case = result.case
    run.events.append(result.event)
