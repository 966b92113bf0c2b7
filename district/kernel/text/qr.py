"""QR codes of tokens and links, by the qrcode package."""

import io

import qrcode
import qrcode.constants
from qrcode.image.svg import SvgPathImage


def _code(text: str) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    return code


def svg(text: str) -> str:
    """The QR code as an SVG document of one path, sharp at every size."""
    picture = _code(text).make_image(image_factory=SvgPathImage)
    return str(picture.to_string(encoding="unicode"))


def png(text: str) -> bytes:
    """The QR code as a PNG picture, ten pixels a module."""
    picture = io.BytesIO()
    _code(text).make_image().save(picture, "PNG")
    return picture.getvalue()
