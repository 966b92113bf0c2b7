"""Cases as the machine knows them, read from their events; whose they are."""

from typing import Any

from django.db.models import QuerySet

from credit.complaints.machine.case import NEW_CASE, ComplaintCase
from credit.complaints.machine.events import CaseEvent, followed_by
from credit.complaints.machine.words import CaseAction, CaseActor, CaseState
from credit.complaints.models import CaseEventRow, CaseFile
from district.kernel.errors import NotFound
from district.members.models import Member


def machine_event(row: CaseEventRow) -> CaseEvent:
    """The event as the machine sealed it."""
    return CaseEvent(
        seq=row.seq,
        actor=CaseActor(row.actor),
        action=CaseAction(row.action),
        from_state=CaseState(row.from_state),
        to_state=CaseState(row.to_state),
        reason_code=row.reason_code,
        note=row.note,
        note_salt=row.note_salt,
        note_sha256=row.note_sha256,
        payload=row.payload,
        policy_version=row.policy_version,
        calendar_version=row.calendar_version,
        at=row.at,
        prev_hash=row.prev_hash,
        hash=row.hash,
    )


def events_of(case: CaseFile) -> list[CaseEvent]:
    """A case's history in its order."""
    return [machine_event(row) for row in CaseEventRow.objects.filter(case=case).order_by("seq")]


def machine_case(events: list[CaseEvent]) -> ComplaintCase:
    """The case as its events left it."""
    case = NEW_CASE
    for event in events:
        case = followed_by(case, event)
    return case


def case_files(kind: CaseFile.Kind = CaseFile.Kind.COMPLAINT) -> QuerySet[CaseFile]:
    """Cases of a kind with what screens show of them."""
    rows = CaseFile.objects.filter(kind=kind)
    return rows.select_related("store", "merchant", "member", "walk_in", "receipt", "merged_into")


def case_of(
    member: Member, public_id: str, kind: CaseFile.Kind = CaseFile.Kind.COMPLAINT
) -> CaseFile:
    """A case of this shopper. Raises NotFound, also for another shopper's."""
    found = case_files(kind).filter(member=member, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def wording_of(case: CaseFile) -> dict[str, Any]:
    """The states' names for refusals."""
    return {"state": case.state, "state_name": case.get_state_display()}
