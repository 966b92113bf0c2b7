"""What a row of the table does to the clocks of a case."""

from collections.abc import Iterator
from datetime import date

from credit.complaints.machine import clocks
from credit.complaints.machine.act_context import ActContext
from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.clocks import CaseClock, ClockChange, ClockVerb
from credit.complaints.machine.details import day_of
from credit.complaints.machine.transitions import CaseTransition, ClockEffect
from credit.complaints.machine.words import EVIDENCE_CLOCKS, CaseAction, ClockName
from credit.complaints.machine.working_days import ClockTerm


def clock_changes(context: ActContext, transition: CaseTransition) -> list[ClockChange]:
    """What the act does to clocks, in order; each as it is after that."""
    at, calendar = context.act.at, context.timekeeping.calendar
    case, changes = context.case, []
    if transition.action is CaseAction.RECALCULATE:
        for clock in case.clocks:
            again = clocks.recalculate(clock, at, calendar)
            if again != clock:
                changes.append(ClockChange(ClockVerb.RECALCULATE, again))
        return changes
    if transition.stops_all:
        return [
            ClockChange(ClockVerb.STOP, clocks.stop(clock, at))
            for clock in case.clocks
            if not clock.is_stopped
        ]
    for effect in transition.clocks:
        for name in _names(effect, context):
            changed = _changed(effect, name, context, case, transition)
            if changed is not None:
                changes.append(ClockChange(effect.verb, changed))
                case = case.with_changes({}, [changed])
    return changes


def _changed(
    effect: ClockEffect,
    name: ClockName,
    context: ActContext,
    case: ComplaintCase,
    transition: CaseTransition,
) -> CaseClock | None:
    at, clock = context.act.at, case.clock(name)
    if effect.verb is ClockVerb.START:
        trigger_at = at
        if effect.since_acceptance and case.accepted_at is not None:
            trigger_at = case.accepted_at
        term = _agreed_day(name, context) or _term(effect, context)
        return clocks.start(
            name,
            number=case.rounds(name) + 1,
            trigger_at=trigger_at,
            term=term,
            timekeeping=context.timekeeping,
            at=at,
        )
    if clock is None:
        return None
    match effect.verb:
        case ClockVerb.PAUSE:
            return clocks.pause(clock, at, str(transition.target))
        case ClockVerb.RESUME:
            return clocks.resume(clock, at, context.timekeeping.calendar)
        case _:
            return clocks.stop(clock, at)


def _names(effect: ClockEffect, context: ActContext) -> Iterator[ClockName]:
    if effect.clock is not None:
        yield effect.clock
    elif effect.verb is ClockVerb.START:
        yield from (EVIDENCE_CLOCKS[side] for side in context.sides)
    elif context.side is not None:
        yield EVIDENCE_CLOCKS[context.side]


def _term(effect: ClockEffect, context: ActContext) -> ClockTerm:
    assert effect.term is not None  # only an appraisal has none, and its date is agreed
    return context.timekeeping.policy_at(context.act.at).terms[effect.term]


def _agreed_day(name: ClockName, context: ActContext) -> date | None:
    if name is ClockName.APPRAISAL:
        return day_of(context.act.details["due_on"])
    if name is not ClockName.REMEDY:
        return None
    match context.act.action:
        case CaseAction.ACCEPT_PROPOSAL:
            return context.case.proposal.remedy.due_on if context.case.proposal else None
        case CaseAction.AGREE:
            return context.remedy.due_on if context.remedy else None
    return None
