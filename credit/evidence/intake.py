"""Takes a file in while it comes: what it is, how large, its digest; sealed at once, never whole in memory.

Pictures and papers, which are small, are looked at when they are there: a picture is drawn anew, a paper is searched
for what would run. Of a video the boxes are followed as they come.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from credit.evidence.errors import EvidenceRefused
from credit.evidence.file_types import LEADING, kind_of, pdf_problem
from credit.evidence.limits import MOST_BYTES
from credit.evidence.values import FileKind
from credit.evidence.vault import SealedSpool
from credit.evidence.video import NotAVideo, VideoFilter
from district.kernel.database.ids import new_id
from district.kernel.errors import PictureRefused, ServiceUnavailable
from district.kernel.http import pictures
from district.kernel.security import crypto


@dataclass
class ReceivedFile:
    """A file that was taken in and is not stored yet. `served` is the picture that was drawn anew, for pictures."""

    public_id: str
    key: bytes
    kind: FileKind
    media_type: str
    size_bytes: int
    sha256: str
    original: SealedSpool
    served: SealedSpool | None = None
    served_bytes: int | None = None

    def close(self) -> None:
        self.original.close()
        if self.served:
            self.served.close()


class FileIntake:
    """`feed` each piece, then `finish`. What is refused is read to its end and dropped, so that whoever sends it
    hears why."""

    def __init__(self) -> None:
        self._public_id, self._key = new_id("evf"), crypto.new_data_key()
        self._original = SealedSpool(self._key, part_place(self._public_id, "original"))
        self._sha256 = hashlib.sha256()
        self._size = 0
        self._leading = bytearray()
        self._type: tuple[FileKind, str] | None = None
        self._held = BytesIO()
        self._video = VideoFilter()
        self._refusal = ""

    def feed(self, piece: bytes) -> None:
        """The next piece of the file, of any size."""
        self._size += len(piece)
        if self._refusal or not piece:
            return
        if self._type is None:
            self._leading += piece
            if len(self._leading) < LEADING:
                return
            piece = self._recognise()
        if self._type is not None:
            self._take(self._type[0], piece)

    def finish(self) -> ReceivedFile:
        """Raises EvidenceRefused, PictureRefused, ServiceUnavailable."""
        try:
            return self._finished()
        except (EvidenceRefused, PictureRefused, ServiceUnavailable):
            self._original.close()
            raise

    def _finished(self) -> ReceivedFile:
        if self._type is None or self._refusal:
            raise EvidenceRefused(reason=self._refusal or "type_unknown")
        kind, media_type = self._type
        received = ReceivedFile(
            public_id=self._public_id,
            key=self._key,
            kind=kind,
            media_type=media_type,
            size_bytes=self._size,
            sha256=self._sha256.hexdigest(),
            original=self._original,
        )
        if kind is FileKind.IMAGE:
            self._draw_anew(received)
        elif kind is FileKind.PDF and (problem := pdf_problem(self._held.getvalue())):
            raise EvidenceRefused(reason=problem)
        elif kind is FileKind.VIDEO:
            try:
                self._video.finish()
            except NotAVideo:
                raise EvidenceRefused(reason="broken") from None
        return received

    def _recognise(self) -> bytes:
        """What came so far, once it is enough to tell what it is."""
        piece = bytes(self._leading)
        self._leading.clear()
        self._type = kind_of(piece)
        if self._type is None:
            self._refusal = "type_unknown"
        return piece

    def _take(self, kind: FileKind, piece: bytes) -> None:
        if self._size > MOST_BYTES[kind]:
            self._refuse("too_large")
            return
        if kind is FileKind.VIDEO:
            try:
                self._video.feed(piece)
            except NotAVideo:
                self._refuse("broken")
                return
        else:
            self._held.write(piece)
        self._sha256.update(piece)
        self._original.write(piece)

    def _refuse(self, reason: str) -> None:
        self._refusal = reason
        self._held = BytesIO()

    def _draw_anew(self, received: ReceivedFile) -> None:
        jpeg = pictures.redraw(self._held.getvalue()).jpeg
        received.served = SealedSpool(self._key, part_place(self._public_id, "served"))
        received.served.write(jpeg)
        received.served_bytes = len(jpeg)


def part_place(public_id: str, part: str) -> str:
    """What the segments of a part are sealed for."""
    return f"evidence:{public_id}:{part}"


def take_in(pieces: Iterable[bytes]) -> ReceivedFile:
    """A file that is there already, in pieces. Raises EvidenceRefused, PictureRefused, ServiceUnavailable."""
    intake = FileIntake()
    for piece in pieces:
        intake.feed(piece)
    return intake.finish()
