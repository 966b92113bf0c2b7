"""A case with its timeline, its clocks and what a side may do, as the phone shows it."""

from typing import Any

from credit.complaints.machine.apply import possible_rows
from credit.complaints.machine.case import CaseFacts, ComplaintCase
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import CaseEventRow, CaseFile
from credit.complaints.queries.cases import machine_case, machine_event
from credit.complaints.queries.timekeeping import timekeeping
from district.kernel import clock

_NOT_FOR_SIDES = frozenset({CaseAction.RECALCULATE})


def case_view(file: CaseFile) -> dict[str, Any]:
    """What the row does not have: timeline, running clocks, proposal, remedy, actions."""
    rows = list(file.events.order_by("seq"))
    case = machine_case([machine_event(row) for row in rows])
    return {
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
