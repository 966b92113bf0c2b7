"""The evidence of a case: what each person who belongs to it may see of it, and what its file says of it."""

from dataclasses import dataclass
from datetime import datetime

from credit.complaints.bundle import EvidenceDigest
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseEvidence, CaseFile
from credit.complaints.queries.facts import belongs
from credit.evidence.links import EvidenceLink
from credit.evidence.models import EvidenceFile
from credit.evidence.queries import link_for
from credit.evidence.values import Side, Visibility
from district.members.models import User

TEXT_KIND = "text"
_ACTORS = {
    Side.OFFICER: CaseActor.OFFICER,
    Side.SHOPPER: CaseActor.SHOPPER,
    Side.MERCHANT: CaseActor.MERCHANT,
}


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """A piece of evidence as somebody may see it. `kind` is `text` or a kind of file; `text` is None where it is a file
    or was erased; `link` is None where the content is erased or not open to the viewer (`check_state` says why)."""

    id: str
    given_by: str
    given_by_text: str
    at: datetime
    kind: str
    media_type: str
    size_bytes: int
    sha256: str
    text: str | None
    file: EvidenceFile | None
    link: EvidenceLink | None

    @property
    def is_erased(self) -> bool:
        return self.file.erased_at is not None if self.file else self.text is None

    @property
    def check_state(self) -> str:
        """Of a file; empty for words."""
        return self.file.state if self.file else ""

    @property
    def check_text(self) -> str:
        return self.file.get_state_display() if self.file else ""


def side_of(case: CaseFile, viewer: User) -> Side | None:
    """The side on which a person belongs to a case, None for somebody it does not concern."""
    return next((side for side, actor in _ACTORS.items() if belongs(case, actor, viewer)), None)


def evidence_of(case: CaseFile, viewer: User) -> list[EvidenceItem]:
    """The pieces in the order in which they came, each file with a link for ten minutes where the viewer may look.

    Nothing for whom the case does not concern, and for the merchant of a tip-off. What its owner keeps for the
    officers is not listed for the other side.
    """
    side = side_of(case, viewer)
    if side is None or (side is Side.MERCHANT and case.kind == CaseFile.Kind.TIP_OFF):
        return []
    rows = CaseEvidence.objects.filter(case=case).select_related("file").order_by("pk")
    return [_item(row, viewer, side) for row in rows if _is_listed(row, side)]


def digest_of(row: CaseEvidence) -> EvidenceDigest:
    """What the file of a case (`bundle_document`) says of a piece of evidence, as its row has it now."""
    return EvidenceDigest(
        name=row.public_id,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        media_type=row.media_type,
        given_by=row.given_by,
        given_at=row.at,
    )


def _is_listed(row: CaseEvidence, side: Side) -> bool:
    file = row.file
    return (
        file is None
        or file.visibility != Visibility.OFFICERS
        or side is Side.OFFICER
        or side == file.side
    )


def _item(row: CaseEvidence, viewer: User, side: Side) -> EvidenceItem:
    return EvidenceItem(
        id=row.public_id,
        given_by=row.given_by,
        given_by_text=row.get_given_by_display(),
        at=row.at,
        kind=row.file.kind if row.file else TEXT_KIND,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        sha256=row.sha256,
        text=row.description,
        file=row.file,
        link=link_for(row.file, viewer, side) if row.file else None,
    )
