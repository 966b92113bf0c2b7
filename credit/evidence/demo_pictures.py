"""Draws what the demo's shoppers photographed: a box with a crack, the same pixels every time."""

from io import BytesIO

from PIL import Image, ImageDraw

from credit.evidence import services as evidence
from credit.evidence.intake import take_in
from credit.evidence.models import EvidenceFile
from credit.evidence.queries import link_for
from credit.evidence.values import Side
from district.kernel.idempotency import Key
from district.members.models import User

_WIDTH, _HEIGHT = 640, 480
_TABLE, _BOX, _CRACK = (190, 170, 145), (92, 124, 160), (20, 22, 26)


def picture(number: int) -> bytes:
    """A JPEG; the crack runs another way for each number."""
    image = Image.new("RGB", (_WIDTH, _HEIGHT), _TABLE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((120, 90, 520, 400), fill=_BOX)
    points = [(120 + 50 * step, 240 + (step * 37 + number * 53) % 90 - 45) for step in range(9)]
    pen.line(points, fill=_CRACK, width=5)
    file = BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()


def hand_in_picture(owner: User, number: int, key: Key) -> EvidenceFile:
    """A shopper's photograph, as over the API."""
    return evidence.store_file(
        owner=owner, side=Side.SHOPPER, received=take_in([picture(number)]), key=key
    )


def judge_picture(file: EvidenceFile, operator: User) -> None:
    """An officer looks at it and lets it pass."""
    link = link_for(file, operator, Side.OFFICER)
    assert link is not None
    evidence.open_file(token=link.token, viewer=operator)
    evidence.pass_file(file=file, by=operator)
