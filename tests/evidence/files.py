"""Files as phones and people with bad intentions send them, each of the smallest kind."""

import zlib
from io import BytesIO

from PIL import Image

GPS_MARK = b"39.9087N116.3975E"


def jpeg(width=320, height=240, *, with_position=False, orientation=None, behind=b""):
    """A picture whose upper half is red; with the place where it was taken, turned, and with something behind it."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste((200, 20, 20), (0, 0, width, height // 2))
    exif = Image.Exif()
    if with_position:
        exif[0x010E] = GPS_MARK.decode()
        exif.get_ifd(0x8825)[1] = "N"
    if orientation:
        exif[0x0112] = orientation
    file = BytesIO()
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue() + behind


def png(width=300, height=300):
    file = BytesIO()
    Image.new("RGB", (width, height), "blue").save(file, "PNG")
    return file.getvalue()


def bomb():
    """A PNG of a few kilobytes that claims thirty thousand pixels each way."""

    def chunk(kind, data):
        body = kind + data
        return len(data).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)

    head = (30_000).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00"
    pixels = zlib.compress(bytes(1_000_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def pdf(extra=b"", end=b"%%EOF\n"):
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + extra + b">>\nendobj\n"
        b"xref\n0 1\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n" + end
    )


def packed_pdf(content):
    """A PDF whose objects stand in a packed stream."""
    stream = zlib.compress(content)
    return pdf(b"/X << /Type /ObjStm /Filter /FlateDecode >> stream\r\n" + stream + b"\nendstream ")


def box(kind, body=b""):
    return (len(body) + 8).to_bytes(4) + kind + body


def video(media_bytes=1_000, *, brand=b"isom", behind=b""):
    """An MP4 with one track of pictures and a position in four places."""
    handler = box(b"hdlr", bytes(8) + b"vide" + bytes(12))
    track = box(b"trak", box(b"tkhd", bytes(20)) + box(b"mdia", handler) + box(b"udta", GPS_MARK))
    place = box(b"udta", box(b"\xa9xyz", GPS_MARK)) + box(b"meta", GPS_MARK)
    return (
        box(b"ftyp", brand + bytes(8))
        + box(b"moov", box(b"mvhd", bytes(100)) + track + place)
        + box(b"free", GPS_MARK)
        + box(b"mdat", b"\x5a" * media_bytes)
        + behind
    )
