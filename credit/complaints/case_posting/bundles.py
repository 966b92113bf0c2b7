"""The file of a case as somebody was given it: the same row gives the same bytes."""

import hashlib
from datetime import datetime

from django.conf import settings

from credit.complaints.bundle import (
    SCRIPT_NAME,
    BrokenChain,
    EvidenceNotSealed,
    bundle_document,
    case_bundle,
)
from credit.complaints.errors import BundleBroken
from credit.complaints.models import CaseBundle, CaseFile
from credit.complaints.queries.cases import events_of
from credit.complaints.queries.evidence import digest_of
from district.members.models import User


def bundle_content(file: CaseFile, made_at: datetime, *, until: int | None = None) -> bytes:
    """The zip of a case, of its first `until` events where that is given. Raises BundleBroken."""
    events = [event for event in events_of(file) if until is None or event.seq <= until]
    named = {seal for event in events for seal in event.payload["details"].get("evidence", ())}
    rows = file.evidence.filter(seal__in=named).order_by("pk")
    script = (settings.ROOT / "docs" / SCRIPT_NAME).read_text()
    try:
        return case_bundle(bundle_document(events, map(digest_of, rows), made_at), script)
    except (BrokenChain, EvidenceNotSealed):
        raise BundleBroken from None


def keep_bundle(
    file: CaseFile, purpose: CaseBundle.Purpose, by: User, at: datetime
) -> tuple[CaseBundle, bytes]:
    """Make the file of a case and write down for whom. Raises BundleBroken."""
    content = bundle_content(file, at)
    bundle = CaseBundle.objects.create(
        case=file,
        purpose=purpose,
        by=by,
        made_at=at,
        seq=file.seq,
        head=file.head,
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
    )
    return bundle, content
