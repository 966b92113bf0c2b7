"""A case takes files: each once, of whoever acts on the case."""

from collections.abc import Sequence

from credit.evidence import procedures
from credit.evidence.errors import EvidenceUnknown, EvidenceUsed
from credit.evidence.models import EvidenceFile
from credit.evidence.slots import first_free_slot
from credit.evidence.values import FileKind
from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import User


def bind_files(*, public_ids: Sequence[str], owner: User, subject: str) -> list[EvidenceFile]:
    """The files in the order they were named in, of this case from now on, in the caller's transaction.

    Raises EvidenceUnknown, EvidenceUsed, TooMuchEvidence.
    """
    if not public_ids:
        return []
    procedures.lock_owner(owner.pk)
    procedures.lock_subject(subject)
    rows = EvidenceFile.objects.filter(owner=owner, public_id__in=public_ids, erased_at=None)
    found = {file.public_id: file for file in rows.select_for_update(no_key=True).order_by("pk")}
    files = []
    for public_id in dict.fromkeys(public_ids):
        file = found.get(public_id)
        if file is None:
            raise EvidenceUnknown
        if file.subject:
            raise EvidenceUsed
        _bind(file, subject)
        files.append(file)
    return files


def _bind(file: EvidenceFile, subject: str) -> None:
    of_side = EvidenceFile.objects.filter(
        subject=subject, side=file.side, kind=file.kind, erased_at=None
    )
    taken = list(of_side.values_list("slot", flat=True))
    file.subject, file.bound_at = subject, clock.now()
    file.slot = first_free_slot(FileKind(file.kind), taken)
    with translate_database_errors():
        file.save(update_fields=["subject", "bound_at", "slot"])
