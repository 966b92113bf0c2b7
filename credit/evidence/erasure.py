"""How content goes: the key with the row's change, what it sealed after the commit."""

from contextlib import suppress

from django.db import transaction

from credit.evidence.models import EvidenceFile
from credit.evidence.values import ErasureReason
from credit.evidence.vault import remove_file
from district.kernel import clock


def erase(file: EvidenceFile, reason: ErasureReason) -> None:
    """Of a file whose row is locked, in the caller's transaction; what lies in the storage is removed after it."""
    file.wrapped = file.master_version = None
    file.erased_at, file.erasure_reason = clock.now(), reason.value
    file.save(update_fields=["wrapped", "master_version", "erased_at", "erasure_reason"])
    transaction.on_commit(lambda: _remove_quietly(file))


def remove_parts(file: EvidenceFile) -> None:
    """Nothing of an erased file lies in the storage any more. Raises OSError."""
    for part in file.parts:
        remove_file(file.name_of(part))
    EvidenceFile.objects.filter(pk=file.pk, erased_at__isnull=False).update(removed_at=clock.now())


def _remove_quietly(file: EvidenceFile) -> None:
    # Without its key it says nothing; what stays behind is removed at night.
    with suppress(OSError):
        remove_parts(file)
