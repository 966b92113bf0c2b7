"""Turns whatever somebody uploads into a plain JPEG of ours, or refuses it.

Nothing of the file survives but its pixels: no EXIF and no position, no comment, no profile, and
nothing that was hung behind the picture to be read as something else. Names and declared types are
not looked at. Two decoders alone are let at the bytes (a phone's camera writes JPEG, a screenshot is
PNG), and only a few pictures at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import BoundedSemaphore

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from district.kernel.errors import PictureRefused, ServiceUnavailable
from district.kernel.security.crypto import keyed_digest

# A JPEG of one scan is decoded at a fraction of its size; everything else needs memory for every
# pixel it claims to have.
MOST_PIXELS_OF_ONE_SCAN = 50_000_000
MOST_PIXELS = 20_000_000
# A progressive JPEG may hold thousands of scans of a few bytes, each of which costs as much as a picture.
MOST_SCANS = 40
# What is kept: long enough to read a bill, small enough to keep.
LONGEST_SIDE = 2_000
SHORTEST_SIDE = 200
QUALITY = 80
# So many pictures at once in each process; who waits too long is asked to come again, so that
# pictures never take all threads away from the tills.
_slots = BoundedSemaphore(2)
_PATIENCE = 2.0
_ORIENTATION = 0x0112
# The purpose of the digests of uploaded files.
DIGEST = "bill photo"


@dataclass(frozen=True)
class Picture:
    """A JPEG that we wrote ourselves, and the keyed digest of the file it was made from."""

    jpeg: bytes
    digest: bytes


def redraw(upload: bytes) -> Picture:
    """The upload as a picture of ours. Raises PictureRefused, ServiceUnavailable."""
    with _slot():
        try:
            jpeg = _decode_and_redraw(upload)
        except PictureRefused:
            raise
        except Exception:  # noqa: BLE001 - a decoder that is fed hostile bytes may raise anything
            raise PictureRefused(reason="unreadable") from None
    return Picture(jpeg, keyed_digest(DIGEST, upload))


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=_PATIENCE):
        raise ServiceUnavailable
    try:
        yield
    finally:
        _slots.release()


def _decode_and_redraw(upload: bytes) -> bytes:
    with _open_checked(upload) as picture:
        if isinstance(picture, JpegImageFile):
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.load()
        turn = picture.getexif().get(_ORIENTATION)
        flat = _flatten(picture)
    # First smaller, then turned: the copies that turning makes are small ones.
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if turn is not None:
        flat.getexif()[_ORIENTATION] = turn
        ImageOps.exif_transpose(flat, in_place=True)
    plain = Image.new("RGB", flat.size)
    plain.paste(flat)
    written = BytesIO()
    plain.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def _open_checked(upload: bytes) -> Image.Image:
    """The file with its head read, when what it claims is within bounds."""
    picture: JpegImageFile | PngImageFile
    most = MOST_PIXELS
    # By name: of Pillow's readers none other ever sees the bytes, and a phone's JPEG that holds a
    # second picture (MPO) is its first one.
    if upload.startswith(b"\xff\xd8\xff"):
        if upload.count(b"\xff\xda") > MOST_SCANS:
            raise PictureRefused(reason="unreadable")
        picture = JpegImageFile(BytesIO(upload))
        if "progressive" not in picture.info:
            most = MOST_PIXELS_OF_ONE_SCAN
    elif upload.startswith(b"\x89PNG\r\n\x1a\n"):
        picture = PngImageFile(BytesIO(upload))
    else:
        raise PictureRefused(reason="unreadable")
    width, height = picture.size
    if width * height > most:
        raise PictureRefused(reason="too_many_pixels")
    if min(width, height) < SHORTEST_SIDE:
        raise PictureRefused(reason="too_small")
    if getattr(picture, "n_frames", 1) > 1:
        raise PictureRefused(reason="animated")
    return picture


def _flatten(picture: Image.Image) -> Image.Image:
    """On white paper, without transparency."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper
