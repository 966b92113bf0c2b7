"""What time makes happen: the acts of the timers in their order, each at the instant at which it was due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from credit.complaints.machine import deadlines
from credit.complaints.machine.apply import ActApplied, ActRefused, apply, next_timer_act
from credit.complaints.machine.case import CaseAct, CaseFacts, ComplaintCase
from credit.complaints.machine.clocks import Timekeeping
from credit.complaints.machine.deadlines import ClockBreach, ClockReminder
from credit.complaints.machine.events import CaseEvent, replayed
from credit.complaints.machine.words import CaseAction, CaseActor


@dataclass(frozen=True)
class TimerRun:
    """What the timers did by an instant. `breaches` and `reminders` are the whole of what has come by then:
    whoever stores them does so once by their keys."""

    case: ComplaintCase
    events: list[CaseEvent]
    breaches: list[ClockBreach]
    reminders: list[ClockReminder]


def run_timers(
    case: ComplaintCase, now: datetime, facts: CaseFacts, timekeeping: Timekeeping
) -> TimerRun:
    """Everything that is due by an instant. A second run of the same instant does nothing more.

    After a downtime each act happens once, with the instant at which it was due, not that of the run.
    """
    events: list[CaseEvent] = []
    while (act := next_timer_act(case)) is not None and act.at <= now:
        applied = _must_apply(case, act, facts, timekeeping)
        case = applied.case
        events.append(applied.event)
    return TimerRun(
        case,
        events,
        deadlines.breaches(case.clocks, now),
        deadlines.reminders(case.clocks, timekeeping.policy_at(now), now),
    )


def due_acts(
    events: Iterable[CaseEvent], now: datetime, facts: CaseFacts, timekeeping: Timekeeping
) -> list[CaseAct]:
    """The acts the timers must do, given a case's events alone."""
    run = run_timers(replayed(events), now, facts, timekeeping)
    return [
        CaseAct(event.action, event.actor, event.at, details=event.payload["details"])
        for event in run.events
    ]


def recalculated(
    case: ComplaintCase, at: datetime, facts: CaseFacts, timekeeping: Timekeeping
) -> ActApplied | ActRefused:
    """Reckon a case's clocks, or the windows of a closed one, by a calendar that has changed; refused
    (`calendar_differs`, `windows_differ`) when none has another end."""
    act = CaseAct(CaseAction.RECALCULATE, CaseActor.TIMER, at)
    return apply(case, act, facts, timekeeping)


def _must_apply(
    case: ComplaintCase, act: CaseAct, facts: CaseFacts, timekeeping: Timekeeping
) -> ActApplied:
    result = apply(case, act, facts, timekeeping)
    if isinstance(result, ActRefused):
        raise AssertionError(f"the table refuses its own timer: {act.action} {result.problem}")
    return result
