"""The picture of a mini-program code. The real one is round; a scanner of ours reads this one too."""

import io
import json
from typing import Any

import qrcode
from PIL import Image


def draw(fields: dict[str, Any], *, width: int, line: tuple[int, int, int]) -> tuple[bytes, str]:
    """Image bytes and their Content-Type: JPEG, or PNG when the ground is to be transparent."""
    code = qrcode.QRCode(border=2)
    code.add_data(json.dumps({"scene": fields["scene"], "page": fields.get("page", "")}))
    code.make(fit=True)
    see_through = bool(fields.get("is_hyaline"))
    ground = (255, 255, 255, 0 if see_through else 255)
    dots = code.get_matrix()
    image = Image.new("RGBA", (len(dots), len(dots)), ground)
    image.putdata([(*line, 255) if dot else ground for row in dots for dot in row])
    image = image.resize((width, width), Image.Resampling.NEAREST)
    drawn = io.BytesIO()
    if see_through:
        image.save(drawn, "PNG")
        return drawn.getvalue(), "image/png"
    image.convert("RGB").save(drawn, "JPEG")
    return drawn.getvalue(), "image/jpeg"
