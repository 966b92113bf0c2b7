"""QR codes as pictures."""

import io
import xml.etree.ElementTree as ET

from PIL import Image

from district.kernel.text import qr

CODE = "AFUZ7D2S4K6Q3TQJ5MZP2AWB7HNCXGE4LVR3YD5KQ6T2"


def test_the_svg_is_one_path_that_carries_no_script():
    root = ET.fromstring(qr.svg(CODE))

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert [child.tag.partition("}")[2] for child in root] == ["path"]


def test_the_png_is_a_square_with_a_quiet_zone():
    picture = Image.open(io.BytesIO(qr.png(CODE))).convert("L")

    assert picture.width == picture.height
    assert picture.width % 10 == 0
    quiet = picture.crop((0, 0, picture.width, 40))
    assert quiet.getextrema() == (255, 255)


def test_another_text_is_another_picture():
    assert qr.svg(CODE) == qr.svg(CODE)
    assert qr.svg(CODE) != qr.svg(CODE[:-1] + "3")
