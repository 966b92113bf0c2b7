"""What a side brings forward: sealed by the event that names it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from credit.complaints.bundle import EvidenceDigest
from credit.complaints.machine.events import new_note_salt
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseEvidence, CaseFile
from credit.complaints.queries.facts import ActingParty
from credit.evidence.errors import EvidenceUnknown
from credit.evidence.models import EvidenceFile
from credit.evidence.services import bind_files
from district.kernel.database.ids import new_id
from district.members.models import User

_PLAIN_TEXT = "text/plain; charset=utf-8"


def evidence_rows(
    given_by: CaseActor, descriptions: Iterable[str], *, at: datetime
) -> list[CaseEvidence]:
    """Pieces of evidence in words, not stored yet; an act names them by their `seal`."""
    return [_row(given_by, text, at) for text in dict.fromkeys(descriptions)]


def file_rows(
    case: CaseFile,
    given_by: CaseActor,
    public_ids: Sequence[str],
    *,
    owner: ActingParty,
    at: datetime,
) -> list[CaseEvidence]:
    """Pieces of evidence that are files, of this case from now on; not stored yet.

    A till has handed nothing in. Raises EvidenceUnknown, EvidenceUsed, TooMuchEvidence.
    """
    if not public_ids:
        return []
    if not isinstance(owner, User):
        raise EvidenceUnknown
    files = bind_files(public_ids=public_ids, owner=owner, subject=case.public_id)
    return [_file_row(given_by, file, at) for file in files]


def keep_evidence(file: CaseFile, rows: Iterable[CaseEvidence]) -> None:
    """Store the pieces that an event of the case names."""
    kept = list(rows)
    for row in kept:
        row.case = file
    CaseEvidence.objects.bulk_create(kept)


def _row(given_by: CaseActor, text: str, at: datetime) -> CaseEvidence:
    salt = new_note_salt()
    # What is handed to a court as the original: a line with the salt, then the words.
    content = f"{salt}\n{text}".encode()
    digest = EvidenceDigest(
        name=new_id("evd"),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        media_type=_PLAIN_TEXT,
        given_by=str(given_by),
        given_at=at,
    )
    row = _sealed_row(digest)
    row.description, row.salt = text, salt
    return row


def _file_row(given_by: CaseActor, file: EvidenceFile, at: datetime) -> CaseEvidence:
    digest = EvidenceDigest(
        name=new_id("evd"),
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        media_type=file.media_type,
        given_by=str(given_by),
        given_at=at,
    )
    row = _sealed_row(digest)
    row.file = file
    return row


def _sealed_row(digest: EvidenceDigest) -> CaseEvidence:
    return CaseEvidence(
        public_id=digest.name,
        given_by=digest.given_by,
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        media_type=digest.media_type,
        at=digest.given_at,
        seal=digest.seal,
    )
