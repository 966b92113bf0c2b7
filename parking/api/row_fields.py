"""Fields of the rows that feeds report, each read by itself; what is wrong is said as a ValueError."""

import unicodedata
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from district.kernel import clock
from district.kernel.database.ids import looks_like
from parking import plates


def car_park_of(row: dict[str, Any]) -> str:
    """The public id of a car park."""
    car_park = row.get("car_park")
    if not isinstance(car_park, str) or not looks_like("cpk", car_park):
        raise ValueError(_("car_park 须是停车场编号（cpk_…）。"))
    return car_park


def instant_of(row: dict[str, Any], name: str) -> datetime:
    value = row.get(name)
    at = clock.instant(value) if isinstance(value, str) else None
    if at is None:
        raise ValueError(
            _("{name} 须是带时区的 RFC 3339 时间，例如 2026-03-01T12:00:00+08:00。").format(
                name=name
            )
        )
    return at


def text_of(row: dict[str, Any], name: str, longest: int) -> str:
    """A text without control characters; empty where it is left out."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest or not is_plain(value):
        raise ValueError(_("{name} 须是至多 {most} 字的文字。").format(name=name, most=longest))
    return value


def plate_of(row: dict[str, Any]) -> tuple[str, str]:
    """The plate in its one spelling, however little it looks like one, and its colour."""
    plate, colour = row.get("plate"), row.get("colour")
    number = plates.normalise(plate) if isinstance(plate, str) and is_plain(plate) else ""
    if not 1 <= len(number) <= plates.LONGEST:
        raise ValueError(_("plate 须是识别到的车牌号码。"))
    if colour is not None and colour not in list(plates.PlateColour):
        raise ValueError(_("colour 不是已知的车牌颜色。"))
    return number, colour or usual_colour(number)


def usual_colour(number: str) -> str:
    """The colour that such plates have; blue for what does not look like a plate."""
    try:
        return plates.parse_plate(number).colour
    except plates.PlateProblem:
        return plates.PlateColour.BLUE


def is_plain(text: str) -> bool:
    """Whether the text can be stored and shown: no control characters, no halves of characters."""
    return not any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in text)
