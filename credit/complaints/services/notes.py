"""Free text of a case that is erased; what it was stays provable by its digest."""

from django.db import transaction

from credit.complaints.models import CaseEventRow, CaseEvidence
from district.kernel import audit
from district.members.models import User


@transaction.atomic
def erase_note(*, event: CaseEventRow, reason: str, by: User) -> CaseEventRow:
    """The text of an event goes for good; the chain holds. Again: nothing changes."""
    if CaseEventRow.objects.filter(pk=event.pk, note__isnull=False).update(
        note=None, note_salt=None
    ):
        audit.record(
            by=by,
            verb="erase_case_note",
            subject=f"complaints.casefile:{event.case_id}",
            seq=event.seq,
            reason=reason,
        )
    event.note = event.note_salt = None
    return event


@transaction.atomic
def erase_evidence(*, evidence: CaseEvidence, reason: str, by: User) -> CaseEvidence:
    """The words of a piece of evidence go for good; its digest stays. Again: nothing changes."""
    rows = CaseEvidence.objects.filter(pk=evidence.pk, description__isnull=False)
    if rows.update(description=None, salt=None):
        audit.record(
            by=by,
            verb="erase_case_evidence",
            subject=f"complaints.casefile:{evidence.case_id}",
            evidence=evidence.public_id,
            reason=reason,
        )
    evidence.description = evidence.salt = None
    return evidence
