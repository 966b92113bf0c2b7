"""Draws the photograph of a bill: a slip of paper on a table, readable and a little askew."""

from datetime import datetime
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from district.demo.plan.random_streams import random_stream
from district.kernel import clock
from district.kernel.http.pictures import Picture, redraw

WIDTH, HEIGHT = 720, 960
_TABLE, _PAPER, _INK = (118, 92, 66), (250, 249, 244), (40, 40, 44)
_GOODS = ("COFFEE", "NOODLES", "BOOK", "SCARF", "TEA", "CAKE", "SHIRT", "SOAP")


def picture_of(number: int, receipt_no: str, paid_fen: int, paid_at: datetime) -> Picture:
    """The photograph of that bill, the same pixels every time."""
    stream = random_stream("bill picture", number)
    paper = Image.new("RGB", (430, 700), _PAPER)
    pen = ImageDraw.Draw(paper)
    large, small = ImageFont.load_default(30), ImageFont.load_default(22)
    pen.text((120, 30), "RECEIPT", fill=_INK, font=large)
    when = paid_at.astimezone(clock.SHANGHAI)
    lines = [f"No. {receipt_no}", f"{when:%Y-%m-%d %H:%M}", "-" * 34]
    left = paid_fen
    for place in range(3):
        part = left if place == 2 else left * stream.randint(20, 60) // 100  # noqa: PLR2004
        left -= part
        lines.append(f"{stream.choice(_GOODS):<14}{part / 100:>12.2f}")
    lines += ["-" * 34, f"TOTAL (CNY){paid_fen / 100:>14.2f}", "PAID   THANK YOU"]
    for row, line in enumerate(lines):
        pen.text((30, 110 + 52 * row), line, fill=_INK, font=small)
    photo = Image.new("RGB", (WIDTH, HEIGHT), _TABLE)
    turned = paper.rotate(stream.uniform(-4, 4), expand=True, fillcolor=_TABLE)
    photo.paste(turned, (120 + stream.randint(-20, 20), 110 + stream.randint(-20, 20)))
    file = BytesIO()
    photo.save(file, "JPEG", quality=80)
    return redraw(file.getvalue())
