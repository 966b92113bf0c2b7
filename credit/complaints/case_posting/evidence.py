"""What a side brings forward: sealed by the event that names it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from credit.complaints.bundle import EvidenceDigest
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseEvidence, CaseFile
from district.kernel.database.ids import new_id

_PLAIN_TEXT = "text/plain; charset=utf-8"


def evidence_rows(
    given_by: CaseActor, descriptions: Iterable[str], *, at: datetime
) -> list[CaseEvidence]:
    """Pieces of evidence in words, not stored yet; an act names them by their `seal`."""
    return [_row(given_by, text, at) for text in dict.fromkeys(descriptions)]


def keep_evidence(file: CaseFile, rows: Iterable[CaseEvidence]) -> None:
    """Store the pieces that an event of the case names."""
    kept = list(rows)
    for row in kept:
        row.case = file
    CaseEvidence.objects.bulk_create(kept)


def _row(given_by: CaseActor, text: str, at: datetime) -> CaseEvidence:
    content = text.encode()
    digest = EvidenceDigest(
        name=new_id("evd"),
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        media_type=_PLAIN_TEXT,
        given_by=str(given_by),
        given_at=at,
    )
    return CaseEvidence(
        public_id=digest.name,
        given_by=digest.given_by,
        description=text,
        sha256=digest.sha256,
        size_bytes=digest.size_bytes,
        media_type=digest.media_type,
        at=at,
        seal=digest.seal,
    )
