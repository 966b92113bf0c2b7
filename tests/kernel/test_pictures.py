"""Whatever is uploaded becomes a plain JPEG of ours or is refused, within bounds."""

import random
import resource
import subprocess
import sys
import time
from io import BytesIO

import pytest
from django.conf import settings
from PIL import Image

from district.kernel.errors import PictureRefused, ServiceUnavailable
from district.kernel.http import pictures
from tests.receipt_photos.pictures import (
    HOSTILE,
    PLACE,
    animated_png,
    encoded,
    jpeg,
    jpeg_that_claims,
    located,
    paper,
    png_that_claims,
    script_inside,
    zip_behind,
)


def opened(picture):
    return Image.open(BytesIO(picture.jpeg))


def reason_of(upload):
    with pytest.raises(PictureRefused) as refused:
        pictures.redraw(upload)
    return refused.value.facts["reason"]


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_bill_keeps_its_look(form):
    image = opened(pictures.redraw(encoded(paper(), form)))

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (900, 1400))
    differences = [abs(a - b) for a, b in zip(image.tobytes(), paper().tobytes(), strict=True)]
    assert sum(differences) / len(differences) < 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_colours_becomes_rgb(mode):
    source = Image.new(mode, (300, 400)) if mode == "I;16" else paper(300, 400).convert(mode)

    image = opened(pictures.redraw(encoded(source, "JPEG" if mode == "CMYK" else "PNG")))

    assert (image.mode, image.size) == ("RGB", (300, 400))


def test_transparency_becomes_white_paper():
    clear = Image.new("RGBA", (300, 300), (0, 0, 0, 0))

    assert opened(pictures.redraw(encoded(clear, "PNG"))).getpixel((5, 5)) == (255, 255, 255)


def test_position_phone_and_comment_are_gone():
    upload = located()
    assert b"SpyPhone" in upload
    assert PLACE.encode() in upload

    kept = pictures.redraw(upload).jpeg

    assert b"SpyPhone" not in kept
    assert b"Exif" not in kept
    assert PLACE.encode() not in kept
    assert dict(Image.open(BytesIO(kept)).getexif()) == {}


def test_a_phone_held_upright_gives_an_upright_picture():
    exif = Image.Exif()
    exif[0x0112] = 6

    assert opened(pictures.redraw(jpeg(exif=exif.tobytes()))).size == (1400, 900)


def test_a_large_photograph_is_made_smaller():
    image = opened(pictures.redraw(encoded(paper(4000, 6000), "JPEG")))

    assert image.size == (1333, 2000)


@pytest.mark.parametrize("upload", [zip_behind(), script_inside()], ids=["zip behind", "script"])
def test_of_a_polyglot_only_the_pixels_stay(upload):
    kept = pictures.redraw(upload).jpeg

    for trace in (b"PK", b"<script", b"<?php", b"evil.html"):
        assert trace not in kept
    assert kept.endswith(b"\xff\xd9")


def test_a_phones_picture_with_a_second_one_inside_is_its_first_one():
    two = encoded(paper(), "MPO", save_all=True, append_images=[paper(300, 300)])

    assert opened(pictures.redraw(two)).size == (900, 1400)


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_picture_is_refused(kind):
    assert reason_of(HOSTILE[kind]) == "unreadable"


def test_the_other_reasons():
    assert reason_of(animated_png()) == "animated"
    assert reason_of(encoded(paper(150, 900))) == "too_small"
    for upload in (
        png_that_claims(60_000, 60_000),
        png_that_claims(2**31 - 1, 2**31 - 1),
        jpeg_that_claims(65_500, 65_500),
        png_that_claims(5_000, 5_000),
    ):
        assert reason_of(upload) in {"too_many_pixels", "unreadable"}
    assert reason_of(png_that_claims(5_000, 5_000)) == "too_many_pixels"


def test_bytes_turned_at_random_never_surprise():
    """Any outcome but another exception: what a decoder raises is not known in advance."""
    chance, honest = random.Random(7), [jpeg(), encoded(paper(300, 300), "PNG"), located()]
    refused = 0
    for _round in range(150):
        upload = bytearray(chance.choice(honest))
        for _byte in range(chance.choice([1, 3, 40])):
            upload[chance.randrange(len(upload))] = chance.randrange(256)
        try:
            assert pictures.redraw(bytes(upload)).jpeg.startswith(b"\xff\xd8\xff")
        except PictureRefused:
            refused += 1

    assert 20 < refused < 150


_ALONE = """
import sys, resource
import django
django.setup()
from district.kernel.http import pictures
from district.kernel.errors import PictureRefused
from tests.receipt_photos import pictures as made
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for upload in [made.png_that_claims(60_000, 60_000), made.jpeg_that_claims(65_500, 65_500),
               made.HOSTILE["a thousand scans"], made.HOSTILE["text bomb"]]:
    try:
        pictures.redraw(upload)
    except PictureRefused:
        continue
    raise SystemExit("taken")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_bombs_cost_neither_memory_nor_time():
    begun = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-c", _ALONE],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 120
    assert time.monotonic() - begun < 20


def test_who_would_wait_too_long_is_asked_to_come_again(monkeypatch):
    monkeypatch.setattr(pictures, "_PATIENCE", 0.01)
    with pictures._slot(), pictures._slot(), pytest.raises(ServiceUnavailable):
        pictures.redraw(jpeg())

    assert pictures.redraw(jpeg()).digest


def test_this_process_stayed_small():
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_500_000
