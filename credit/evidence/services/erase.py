"""Content goes for good: the key with the row's change, what it sealed after that; digest and length stay."""

from collections.abc import Iterable

from django.db import transaction

from credit.evidence.erasure import erase
from credit.evidence.models import EvidenceFile
from credit.evidence.values import ErasureReason
from district.kernel import audit
from district.members.models import User


@transaction.atomic
def erase_files(*, public_ids: Iterable[str], reason: ErasureReason) -> int:
    """Those of them that are not erased; how many."""
    rows = EvidenceFile.objects.filter(public_id__in=list(public_ids), erased_at=None)
    files = list(rows.select_for_update(no_key=True).order_by("pk"))
    for file in files:
        erase(file, reason)
    return len(files)


@transaction.atomic
def erase_on_request(*, file: EvidenceFile, reason: str, by: User) -> EvidenceFile:
    """Somebody whom the file concerns asked for it, and an officer agreed. Again: nothing changes."""
    locked = EvidenceFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if locked.erased_at is None:
        erase(locked, ErasureReason.REQUEST)
        audit.record(
            by=by,
            verb="erase_evidence_file",
            subject=f"evidence.evidencefile:{locked.pk}",
            reason=reason,
        )
    return locked
