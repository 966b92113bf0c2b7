"""A case with its timeline, its clocks and what the shopper may do, as the phone shows it."""

from datetime import datetime
from typing import Any

from credit.complaints.machine.apply import allowed_actions
from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.words import CaseAction, CaseActor, WindowName
from credit.complaints.models import CaseFile
from credit.complaints.queries.cases import machine_case, machine_event
from district.kernel import clock

# Until when a closed case may be acted on; what is not there is judged by its state alone.
_WINDOWS = {
    CaseAction.EVALUATE: WindowName.EVALUATION,
    CaseAction.REOPEN: WindowName.REOPEN,
}
_NOT_FOR_SHOPPERS = frozenset({CaseAction.RECALCULATE})


def case_view(file: CaseFile) -> dict[str, Any]:
    """What the row does not have: timeline, running clocks, proposal, remedy, actions."""
    rows = list(file.events.order_by("seq"))
    case = machine_case([machine_event(row) for row in rows])
    return {
        "timeline": [
            {
                "seq": row.seq,
                "at": row.at,
                "actor": row.actor,
                "action": row.action,
                "text": row.get_action_display(),
                "to_state": row.to_state,
                "reason_code": row.reason_code,
                "note": row.note or "",
            }
            for row in rows
            if row.action not in _NOT_FOR_SHOPPERS
        ],
        "clocks": list(file.clocks.filter(stopped_at=None).order_by("due_at")),
        "proposal": case.proposal and case.proposal.as_document(),
        "remedy": case.remedy and case.remedy.as_document(),
        "actions": sorted(str(action) for action in shopper_actions(case)),
    }


def shopper_actions(case: ComplaintCase) -> set[CaseAction]:
    """What the shopper may try now; a guard may still refuse it."""
    now = clock.now()
    allowed = allowed_actions(case, CaseActor.SHOPPER)
    return {action for action in allowed if _is_left(case, action, now)}


def _is_left(case: ComplaintCase, action: CaseAction, now: datetime) -> bool:
    name = _WINDOWS.get(action)
    if name is None:
        return True
    if case.evaluation and action is CaseAction.EVALUATE:
        return False
    if case.was_reopened and action is CaseAction.REOPEN:
        return False
    until = case.window(name)
    return until is not None and now < until
