"""What is taken of what people send: by its bytes alone, cleaned, sealed, without ever being whole in memory."""

import hashlib
import tracemalloc
from io import BytesIO

import pytest
from PIL import Image

from credit.evidence.errors import EvidenceRefused
from credit.evidence.intake import FileIntake, take_in
from credit.evidence.queries import original_of, served_pieces
from credit.evidence.video import VideoFilter
from district.kernel.errors import PictureRefused
from district.kernel.security import crypto
from tests.evidence.files import GPS_MARK, bomb, jpeg, packed_pdf, pdf, png, video

MEGABYTE = 1024 * 1024
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def reason_of(content):
    with pytest.raises(EvidenceRefused) as refusal:
        take_in([content])
    return refusal.value.facts["reason"]


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"GIF89a" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        b"<html><script>alert(1)</script></html>",
        b"MZ" + bytes(100),
        b"x" * 11,
        b" " + jpeg(),
        b"#!/bin/sh\n" + pdf(),
    ],
)
def test_what_is_none_of_three_kinds_is_refused(content):
    assert reason_of(content) == "type_unknown"


def test_a_kind_is_seen_also_when_the_bytes_come_one_by_one():
    content = jpeg()
    received = take_in([content[at : at + 1] for at in range(len(content))])

    assert (received.kind, received.media_type) == ("image", "image/jpeg")
    assert received.sha256 == hashlib.sha256(content).hexdigest()
    assert received.size_bytes == len(content)


@pytest.mark.parametrize("content", [jpeg()[:-200], png()[:60], b"\xff\xd8\xff" + bytes(2_000)])
def test_a_truncated_picture_is_refused(content):
    with pytest.raises(PictureRefused):
        take_in([content])


def test_a_decompression_bomb_is_refused_before_it_is_decoded():
    content = bomb()
    tracemalloc.start()
    with pytest.raises(PictureRefused) as refusal:
        take_in([content])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert refusal.value.facts == {"reason": "too_many_pixels"}
    assert peak < MEGABYTE


def test_of_a_picture_the_pixels_alone_are_given_out(hand_in):
    hostile = jpeg(3_000, 2_000, with_position=True, orientation=6, behind=b"PK\x03\x04" + SVG)
    file = hand_in(hostile)
    served = b"".join(served_pieces(file))
    picture = Image.open(BytesIO(served))

    assert b"".join(original_of(file)) == hostile
    assert GPS_MARK in hostile
    assert GPS_MARK not in served
    assert b"PK\x03\x04" not in served
    assert b"<svg" not in served
    assert not picture.getexif()
    # Turned upright: what was wide is high, and the red half, which was above, is on the right.
    assert picture.size == (1333, 2000)
    assert picture.getpixel((1_300, 1_000))[0] > 150 > picture.getpixel((1_300, 1_000))[1]
    assert picture.getpixel((30, 1_000))[1] > 200


def test_what_lies_on_the_disk_is_sealed(hand_in, storage):
    file = hand_in(pdf(b"/Title (secret) "))
    (lying,) = [path for path in storage.rglob("*") if path.is_file()]

    assert lying.name == f"{file.public_id}.original"
    assert b"secret" not in lying.read_bytes()
    assert lying.stat().st_mode & 0o777 == 0o600

    changed = bytearray(lying.read_bytes())
    changed[50] ^= 1
    lying.write_bytes(changed)
    with pytest.raises(crypto.Unsealable):
        list(served_pieces(file))


def test_a_file_that_was_cut_short_on_the_disk_is_noticed(hand_in, storage):
    file = hand_in(video(600_000))
    path = storage / file.name_of("original")
    path.write_bytes(path.read_bytes()[: 256 * 1024 + 28])

    with pytest.raises(crypto.Unsealable):
        list(served_pieces(file))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >> "), "active_content"),
        (pdf(b"/A << /S /Launch /F (cmd.exe) >> "), "active_content"),
        (pdf(b"/A << /S /J#61vaScript >> "), "active_content"),
        (pdf(b"/Names << /EmbeddedFiles 3 0 R >> "), "active_content"),
        (packed_pdf(b"<< /S /JavaScript /JS (1) >>"), "active_content"),
        (pdf(end=b""), "broken"),
        (pdf()[:40], "broken"),
        (pdf(end=b"%%EOF\nPK\x03\x04 an archive"), "broken"),
    ],
)
def test_a_paper_that_does_something_or_is_not_whole_is_refused(content, reason):
    assert reason_of(content) == reason


def test_an_ordinary_paper_is_taken_as_it_is(hand_in):
    content = packed_pdf(b"<< /Type /Page /OpenAction 3 0 R >>")
    file = hand_in(content)

    assert (file.kind, file.media_type, file.served_bytes) == ("pdf", "application/pdf", None)
    assert b"".join(served_pieces(file)) == content


@pytest.mark.parametrize("step", [1, 7, 64, 10_000])
def test_of_a_video_the_places_are_blanked_and_nothing_moves(step):
    content = video()
    reader = VideoFilter()
    out = b"".join(reader.feed(content[at : at + step]) for at in range(0, len(content), step))
    reader.finish()

    assert content.count(GPS_MARK) == 4
    assert GPS_MARK not in out
    assert len(out) == len(content)
    assert out.endswith(b"\x5a" * 1_000)
    assert out.index(b"mdat") == content.index(b"mdat")


@pytest.mark.parametrize(
    "content",
    [
        video()[:-1],
        video(behind=b"PK\x03\x04 an archive behind it"),
        video().replace(b"vide", b"soun"),
        video().replace(b"moov", b"meta"),
        b"\0\0\0\x18ftypheic" + bytes(12),
        b"\0\0\0\x10ftypisom" + bytes(4) + b"\xff\xff\xff\xffmoov",
    ],
)
def test_what_only_begins_like_a_video_is_refused(content):
    assert reason_of(content) == "broken"


def test_fifty_megabytes_pass_in_little_memory():
    piece = b"\x5a" * 65_536
    media = 50 * MEGABYTE - 2_000
    head = video(0)[:-8] + (media + 8).to_bytes(4) + b"mdat"
    tracemalloc.start()
    intake = FileIntake()
    intake.feed(head)
    for at in range(0, media, len(piece)):
        intake.feed(piece[: media - at])
    received = intake.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    received.close()

    assert 50 * MEGABYTE > received.size_bytes == len(head) + media
    assert peak < 6 * MEGABYTE


@pytest.mark.parametrize(
    ("beginning", "megabytes"),
    [(b"\xff\xd8\xff", 10), (b"%PDF-1.4", 10), (video(0)[:-8] + b"\x7f\xff\xff\xffmdat", 50)],
)
def test_too_large_is_refused_at_the_limit_of_its_kind(beginning, megabytes):
    intake = FileIntake()
    intake.feed(beginning)
    for _ in range(megabytes):
        intake.feed(bytes(MEGABYTE))
    with pytest.raises(EvidenceRefused) as refusal:
        intake.finish()
    assert refusal.value.facts == {"reason": "too_large"}
