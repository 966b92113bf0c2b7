"""What a file is, by its leading bytes; and whether a PDF is whole and does nothing by itself."""

import re
import zlib

from credit.evidence.values import FileKind

# As many bytes tell each kind.
LEADING = 12
_PDF_TAIL = 1_024
# What a packed stream of a PDF may come to, and how many are looked into.
_MOST_UNPACKED = 4 * 1024 * 1024
_MOST_PACKED_STREAMS = 2_000
# What starts a program, asks another machine, or carries a file along (ISO 32000-2, 12.6.4 and 7.11.4), and
# encryption, behind which all of it could stand.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|GoToR|Encrypt)(?![A-Za-z0-9])"
)
_HEX_LETTER = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED = re.compile(rb"/ObjStm.{0,400}?stream\r?\n", re.DOTALL)


def kind_of(leading: bytes) -> tuple[FileKind, str] | None:
    """The kind and media type that leading bytes tell; None for everything that is not taken."""
    if leading.startswith(b"\xff\xd8\xff"):
        return FileKind.IMAGE, "image/jpeg"
    if leading.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.IMAGE, "image/png"
    if leading.startswith(b"%PDF-"):
        return FileKind.PDF, "application/pdf"
    if leading[4:8] == b"ftyp":
        return FileKind.VIDEO, "video/quicktime" if leading[8:12] == b"qt  " else "video/mp4"
    return None


def pdf_problem(content: bytes) -> str:
    """`broken` where beginning or end of a PDF is missing or something stands behind its end, `active_content` where
    it runs, loads or carries something; else the empty text. It is not rendered.
    """
    tail = content[-_PDF_TAIL:].rstrip(b"\r\n\t \0")
    if not re.match(rb"%PDF-[12]\.\d", content) or not tail.endswith(b"%%EOF"):
        return "broken"
    if b"startxref" not in tail:
        return "broken"
    if _is_active(content) or any(_is_active(part) for part in _unpacked(content)):
        return "active_content"
    return ""


def _is_active(part: bytes) -> bool:
    if _ACTIVE.search(part):
        return True
    # A name may spell its letters as #xx.
    return b"#" in part and bool(_ACTIVE.search(_HEX_LETTER.sub(_letter, part)))


def _letter(match: re.Match[bytes]) -> bytes:
    return bytes([int(match.group(1), 16)])


def _unpacked(content: bytes) -> "list[bytes]":
    """The objects that stand packed in streams, together at most so many bytes."""
    parts, left = [], _MOST_UNPACKED
    for number, match in enumerate(_PACKED.finditer(content)):
        if number >= _MOST_PACKED_STREAMS or left <= 0:
            break
        try:
            part = zlib.decompressobj().decompress(content[match.end() :], left)
        except zlib.error:
            continue
        parts.append(part)
        left -= len(part)
    return parts
