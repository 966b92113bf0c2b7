"""What of a case, an event, a clock and a breach stands in which columns."""

from datetime import datetime
from typing import Any

from credit.complaints.machine import deadlines
from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.clocks import CaseClock, Timekeeping
from credit.complaints.machine.deadlines import ClockBreach
from credit.complaints.machine.events import CaseEvent
from credit.complaints.models import CaseBreach, CaseClockRow, CaseEventRow, CaseFile
from credit.complaints.queries.facts import ActingParty
from district.members.models import User
from district.merchants.queries import Till


def projection(case: ComplaintCase, timekeeping: Timekeeping, now: datetime) -> dict[str, Any]:
    """The columns of a case's row that follow from the case."""
    due = deadlines.next_due(case.clocks)
    return {
        "state": str(case.state),
        "entered_at": case.entered_at,
        "seq": case.seq,
        "head": case.head,
        "last_at": case.last_at,
        "paid_fen": case.paid_fen,
        "severity": str(case.severity),
        "outcome": str(case.outcome or ""),
        "finding": str(case.finding or ""),
        "refunded_fen": case.refunded_fen,
        "accepted_at": case.accepted_at,
        "closed_at": case.closed_at,
        "next_due_at": due and due.due_at,
        "windows_until": max((window.until for window in case.windows), default=None),
        "next_look_at": deadlines.next_look_at(case.clocks, timekeeping.policy_at(now), now),
    }


def event_row(file: CaseFile, event: CaseEvent, by: ActingParty | None) -> CaseEventRow:
    """The row that keeps an event."""
    return CaseEventRow(
        case=file,
        seq=event.seq,
        actor=str(event.actor),
        by=by if isinstance(by, User) else None,
        till_id=by.key_id if isinstance(by, Till) else None,
        action=str(event.action),
        from_state=str(event.from_state),
        to_state=str(event.to_state),
        reason_code=event.reason_code,
        note=event.note,
        note_salt=event.note_salt,
        note_sha256=event.note_sha256,
        payload=dict(event.payload),
        policy_version=event.policy_version,
        calendar_version=event.calendar_version,
        at=event.at,
        prev_hash=event.prev_hash,
        hash=event.hash,
    )


def clock_row(file: CaseFile, clock: CaseClock) -> CaseClockRow:
    """The row that shows a clock."""
    return CaseClockRow(
        case=file,
        name=clock.name.value,
        round=clock.round,
        party=str(clock.party or ""),
        trigger_at=clock.trigger_at,
        due_at=clock.due_at,
        paused_at=clock.pauses[-1].started_at if clock.is_paused else None,
        stopped_at=clock.stopped_at,
        is_provisional=clock.is_provisional,
        policy_version=clock.policy_version,
        calendar_version=clock.calendar_version,
    )


def breach_row(file: CaseFile, breach: ClockBreach) -> CaseBreach:
    """The row that keeps a breach."""
    return CaseBreach(
        case=file,
        clock=breach.clock.value,
        round=breach.round,
        kind=breach.kind,
        party=str(breach.party or ""),
        at=breach.at,
    )
