"""A case with its timeline, its clocks and what a side may do, as the phone shows it."""

from typing import Any

from credit.complaints.machine.apply import possible_rows
from credit.complaints.machine.case import NEW_CASE, CaseFacts, ComplaintCase
from credit.complaints.machine.events import followed_by
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import CaseEventRow, CaseFile
from credit.complaints.notices import is_known
from credit.complaints.queries.cases import machine_case, machine_event
from credit.complaints.queries.timekeeping import timekeeping
from district.kernel import clock

_NOT_FOR_SIDES = frozenset({CaseAction.RECALCULATE})


def case_view(file: CaseFile) -> dict[str, Any]:
    """What the row does not have: timeline, running clocks, proposal, remedy, actions."""
    rows = list(file.events.order_by("seq"))
    case = machine_case([machine_event(row) for row in rows])
    return {
        "master": master_view(file.merged_into) if file.merged_into else None,
        "timeline": [step(row) for row in rows if row.action not in _NOT_FOR_SIDES],
        **standing(file, case, CaseActor.SHOPPER),
    }


def standing(file: CaseFile, case: ComplaintCase, side: CaseActor) -> dict[str, Any]:
    """Running clocks, proposal, remedy, and what a side may try now."""
    return {
        "clocks": list(file.clocks.filter(stopped_at=None).order_by("due_at", "name")),
        "proposal": case.proposal and case.proposal.as_document(),
        "remedy": case.remedy and case.remedy.as_document(),
        "actions": side_actions(case, side),
    }


def master_view(master: CaseFile) -> dict[str, Any]:
    """What the shopper of a merged case follows: the public steps, without a word of what was written."""
    case, steps = NEW_CASE, []
    for row in master.events.order_by("seq"):
        event = machine_event(row)
        case = followed_by(case, event)
        if is_known(event, case) and event.action not in _NOT_FOR_SIDES:
            steps.append(
                {
                    "at": row.at,
                    "actor": row.actor,
                    "action": row.action,
                    "text": row.get_action_display(),
                    "to_state": row.to_state,
                }
            )
    return {
        "state": master.state,
        "state_name": master.get_state_display(),
        "next_due_at": master.next_due_at,
        "closed_at": master.closed_at,
        "steps": steps,
    }


def step(row: CaseEventRow) -> dict[str, Any]:
    """An event as the sides read it."""
    return {
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "action": row.action,
        "text": row.get_action_display(),
        "to_state": row.to_state,
        "reason_code": row.reason_code,
        "note": row.note or "",
    }


def side_actions(case: ComplaintCase, side: CaseActor) -> list[str]:
    """What a side may try now; what it says with it may still be refused."""
    rows = possible_rows(case, side, at=clock.now(), facts=CaseFacts(), timekeeping=timekeeping())
    return sorted({str(row.action) for row in rows})
