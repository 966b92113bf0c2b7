"""Bills as pictures: honest ones, and what somebody might upload instead."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw, PngImagePlugin

PLACE = "39.9087, 116.3975"


def encoded(image, form="JPEG", **options):
    held = BytesIO()
    image.save(held, form, **options)
    return held.getvalue()


def paper(width=900, height=1400, *, number="20261121-0042", amount="126.80"):
    """A bill of sorts: white paper with its number and its amount."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for line, text in enumerate(["RECEIPT", f"NO. {number}", f"TOTAL {amount}", "PAID"]):
        draw.text((80, 120 + 160 * line), text, fill="black", font_size=64)
    draw.rectangle((10, 10, width - 10, height - 10), outline="gray", width=4)
    return image


def jpeg(**options):
    return encoded(paper(), "JPEG", quality=85, **options)


def located():
    """A photograph that says where it was taken, and by which phone."""
    exif = Image.Exif()
    exif[0x0110] = "SpyPhone 9"
    exif[0x010E] = PLACE
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (39.0, 54.0, 31.0)
    gps[3], gps[4] = "E", (116.0, 23.0, 51.0)
    return jpeg(exif=exif.tobytes(), comment=PLACE.encode())


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_claims(width, height):
    """A few bytes that say they are a picture of any size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def jpeg_that_claims(width, height):
    """A real JPEG whose frame header lies about its size."""
    honest = jpeg()
    at = honest.index(b"\xff\xc0") + 5
    return honest[:at] + struct.pack(">HH", height, width) + honest[at + 4 :]


def many_scans():
    """A progressive JPEG with a thousand scans of a few bytes each."""
    honest = encoded(paper(), "JPEG", progressive=True)
    start = honest.rindex(b"\xff\xda")
    last = honest[start:-2]
    return honest[:-2] + last * 1_000 + b"\xff\xd9"


def zip_behind():
    """Read from the front a picture, from the back an archive."""
    import zipfile

    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("evil.html", "<script>alert(document.domain)</script>")
    return jpeg() + held.getvalue()


def script_inside():
    return jpeg(comment=b"<script>alert(1)</script><?php system($_GET[0]); ?>")


def animated_png():
    frames = [paper(300, 300), paper(300, 300, number="2")]
    return encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)


def text_bomb():
    """A PNG with a comment that unpacks to a hundred megabytes."""
    info = PngImagePlugin.PngInfo()
    held = bytearray(encoded(paper(300, 300), "PNG", pnginfo=info))
    body = b"Comment\0\0" + zlib.compress(b"a" * 100_000_000, 9)
    return bytes(held[:33]) + chunk(b"zTXt", body) + bytes(held[33:])


HOSTILE = {
    "nothing": b"\0",
    "text": b"just a text" * 100,
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj",
    "zip": b"PK\x03\x04" + b"\0" * 200,
    "elf": b"\x7fELF" + b"\0" * 200,
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9000 9000\n(%pipe%id) (r) file",
    "head of a JPEG": b"\xff\xd8\xff\xe0" + b"\0" * 200,
    "head of a PNG": b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
    "gif": encoded(paper(300, 300), "GIF"),
    "webp": encoded(paper(300, 300), "WEBP"),
    "bmp": encoded(paper(300, 300), "BMP"),
    "tiff": encoded(paper(300, 300), "TIFF"),
    "icon": encoded(paper(300, 300), "ICO"),
    "gif that says it is a JPEG": b"\xff\xd8\xff" + encoded(paper(300, 300), "GIF"),
    "half a JPEG": jpeg()[:9_000],
    "half a PNG": encoded(paper(), "PNG")[:4_000],
    "jpeg without tables": jpeg().replace(b"\xff\xdb", b"\xff\xfe"),
    "png of a wrong checksum": encoded(paper(), "PNG").replace(b"IDAT", b"IDAT\0", 1),
    "a thousand scans": many_scans(),
    "text bomb": text_bomb(),
}
