"""What can be asked about evidence files; nothing here writes or locks."""

from collections.abc import Iterator

from django.db.models import QuerySet

from credit.evidence import links
from credit.evidence.errors import EvidenceErased
from credit.evidence.intake import part_place
from credit.evidence.links import EvidenceLink
from credit.evidence.models import EvidenceFile
from credit.evidence.values import CheckState, FileKind, Side, Visibility
from credit.evidence.vault import read_file
from credit.evidence.video import VideoFilter
from district.kernel import clock
from district.kernel.errors import NotFound
from district.kernel.security import crypto
from district.members.models import User

_OPEN_TO_PARTIES = (Visibility.PARTIES, Visibility.PUBLIC)


def files_of(owner: User) -> QuerySet[EvidenceFile]:
    """What a person handed in and what is not erased, also where a case has it."""
    return EvidenceFile.objects.filter(owner=owner, erased_at=None)


def file_of(owner: User, public_id: str) -> EvidenceFile:
    """Raises NotFound, also for another person's."""
    found = files_of(owner).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def is_open_to_parties(file: EvidenceFile) -> bool:
    """Whether the parties of its case may look at it: it was checked, and its owner let them."""
    return file.state == CheckState.PASSED and file.visibility in _OPEN_TO_PARTIES


def link_for(file: EvidenceFile, viewer: User, side: Side | None) -> EvidenceLink | None:
    """A link for somebody who looks at a file for a side of its case, None where they may not look.

    Its owner and officers always may; others of the owner's side once it was checked; the other party once it was
    checked, where it is open to the parties. Whoever calls knows that the person belongs to the case on that side.
    """
    if file.erased_at is not None:
        return None
    is_own = file.owner_id == viewer.pk or side is Side.OFFICER
    if not is_own and not _may_look(file, side):
        return None
    return links.view_link(file, viewer, as_party=not is_own, at=clock.real_now())


def _may_look(file: EvidenceFile, side: Side | None) -> bool:
    if side is not None and file.side == side:
        return file.state == CheckState.PASSED
    return is_open_to_parties(file)


def original_of(file: EvidenceFile) -> Iterator[bytes]:
    """The file as it came, in pieces: for whoever keeps it, never for a viewer.

    Raises EvidenceErased, crypto.Unsealable, FileNotFoundError.
    """
    place = part_place(file.public_id, "original")
    return read_file(
        file.name_of("original"), key=data_key(file), place=place, size=file.size_bytes
    )


def served_pieces(file: EvidenceFile) -> Iterator[bytes]:
    """What a viewer is given: of a picture the one drawn anew, of a video one without its metadata.

    Raises EvidenceErased, crypto.Unsealable, FileNotFoundError.
    """
    if file.kind == FileKind.IMAGE:
        assert file.served_bytes is not None
        place = part_place(file.public_id, "served")
        return read_file(
            file.name_of("served"), key=data_key(file), place=place, size=file.served_bytes
        )
    pieces = original_of(file)
    return _without_metadata(pieces) if file.kind == FileKind.VIDEO else pieces


def data_key(file: EvidenceFile) -> bytes:
    """Raises EvidenceErased, crypto.Unsealable."""
    if file.wrapped is None or file.master_version is None:
        raise EvidenceErased
    return crypto.unwrap(file.master_version, bytes(file.wrapped), place=key_place(file.public_id))


def key_place(public_id: str) -> str:
    """What a file's key is sealed for."""
    return f"evidence:{public_id}:key"


def _without_metadata(pieces: Iterator[bytes]) -> Iterator[bytes]:
    video = VideoFilter()
    for piece in pieces:
        yield video.feed(piece)
