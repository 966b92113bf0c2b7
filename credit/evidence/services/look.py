"""Somebody opens a link: the content, and a line in the access log before the first byte."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from credit.evidence.errors import EvidenceErased, EvidenceHidden
from credit.evidence.links import opened_check_link, opened_view_link
from credit.evidence.models import EvidenceAccess, EvidenceFile
from credit.evidence.queries import is_open_to_parties, served_pieces
from credit.evidence.values import CheckState, FileKind
from district.kernel import clock
from district.kernel.errors import NotFound, ServiceUnavailable
from district.kernel.security import crypto
from district.members.models import User

logger = logging.getLogger("district.evidence")
_ENDINGS = {
    "image/jpeg": "jpg",
    "application/pdf": "pdf",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
}


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """What a browser or phone is given: pieces of the derivative, its type, its length, our own name for it."""

    pieces: Iterator[bytes]
    media_type: str
    size_bytes: int
    name: str


def open_file(*, token: str, viewer: User) -> OpenedFile:
    """What a link opens for the person it was made for, now. The access is kept first.

    A person who left the case within the link's ten minutes may still open it; a file that was hidden or erased since
    opens for nobody. Raises EvidenceErased, EvidenceHidden, EvidenceLinkExpired, EvidenceLinkNotYours, NotFound.
    """
    pk, as_party = opened_view_link(token, viewer, at=clock.real_now())
    file = _file(pk)
    if as_party and not is_open_to_parties(file):
        raise EvidenceHidden
    return _open(file, EvidenceAccess.Purpose.VIEW, viewer)


def open_for_check(*, token: str) -> OpenedFile:
    """What WeChat fetches to look at it, as long as its verdict is waited for.

    Raises EvidenceErased, EvidenceLinkExpired, NotFound.
    """
    file = _file(opened_check_link(token, at=clock.real_now()))
    if file.state not in (CheckState.WAITING, CheckState.ASKED):
        raise NotFound
    return _open(file, EvidenceAccess.Purpose.CONTENT_CHECK, None)


def _file(pk: int) -> EvidenceFile:
    file = EvidenceFile.objects.filter(pk=pk).first()
    if file is None:
        raise NotFound
    if file.erased_at is not None:
        raise EvidenceErased
    return file


def _open(file: EvidenceFile, purpose: EvidenceAccess.Purpose, viewer: User | None) -> OpenedFile:
    pieces = _begun(file)
    EvidenceAccess.objects.create(file=file, by=viewer, purpose=purpose, at=clock.now())
    size = file.served_bytes if file.kind == FileKind.IMAGE else file.size_bytes
    assert size is not None
    name = f"{file.public_id}.{_ENDINGS[file.served_type]}"
    return OpenedFile(pieces, file.served_type, size, name)


def _begun(file: EvidenceFile) -> Iterator[bytes]:
    """The pieces, the first of them read: an answer that has begun cannot say any more that the file is not there.

    Raises EvidenceErased, ServiceUnavailable.
    """
    pieces = served_pieces(file)
    try:
        first = next(pieces, b"")
    except (OSError, crypto.Unsealable):
        logger.exception("evidence unreadable", extra={"file": file.public_id})
        raise ServiceUnavailable from None
    return chain([first], pieces)
