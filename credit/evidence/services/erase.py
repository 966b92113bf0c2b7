"""Content goes for good: the key with the row's change, what it sealed after that; digest and length stay."""

from collections.abc import Iterable
from contextlib import suppress

from django.db import transaction

from credit.evidence.models import EvidenceFile
from credit.evidence.values import ErasureReason
from credit.evidence.vault import remove_file
from district.kernel import audit, clock
from district.members.models import User


def erase(file: EvidenceFile, reason: ErasureReason) -> None:
    """Of a file whose row is locked, in the caller's transaction; what lies in the storage is removed after it."""
    file.wrapped = file.master_version = None
    file.erased_at, file.erasure_reason = clock.now(), reason.value
    file.save(update_fields=["wrapped", "master_version", "erased_at", "erasure_reason"])
    transaction.on_commit(lambda: _remove_quietly(file))


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


def remove_parts(file: EvidenceFile) -> None:
    """Nothing of an erased file lies in the storage any more. Raises OSError."""
    for part in file.parts:
        remove_file(file.name_of(part))
    EvidenceFile.objects.filter(pk=file.pk, erased_at__isnull=False).update(removed_at=clock.now())


def _remove_quietly(file: EvidenceFile) -> None:
    # Without its key it says nothing; what stays behind is removed at night.
    with suppress(OSError):
        remove_parts(file)
