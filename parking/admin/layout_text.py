"""Floors and entrances as people write them, a line each, and back.

`B2：A区、B区` is a floor with its zones; `湖滨路入口，入，2.1` an entrance with its kind and its height in metres.
"""

import re
from collections.abc import Iterable

from parking.models import CarParkEntrance, CarParkFloor
from parking.services import EntranceLayout, FloorLayout

_KINDS = {
    "入": CarParkEntrance.Kind.IN,
    "出": CarParkEntrance.Kind.OUT,
    "出入": CarParkEntrance.Kind.BOTH,
}
_KIND_WORDS = {kind: word for word, kind in _KINDS.items()}
_METRES = re.compile(r"\d{1,2}(\.\d{1,2})?")


def parse_floors(text: str) -> list[FloorLayout]:
    """The floors of the lines, from the lowest up."""
    floors = []
    for line in _lines(text):
        name, _colon, zones = line.replace(":", "：").partition("：")
        names = tuple(zone.strip() for zone in re.split("[、,，]", zones) if zone.strip())
        floors.append(FloorLayout(name.strip(), names))
    return floors


def parse_entrances(text: str) -> list[EntranceLayout]:
    """The entrances of the lines. Raises ValueError for what is not written like that."""
    return [_entrance(line) for line in _lines(text)]


def format_floors(floors: Iterable[CarParkFloor]) -> str:
    return "\n".join(
        f"{floor.name}：{'、'.join(zone.name for zone in floor.zones.all())}".rstrip("：")
        for floor in floors
    )


def format_entrances(entrances: Iterable[CarParkEntrance]) -> str:
    lines = []
    for entrance in entrances:
        parts = [entrance.name, _KIND_WORDS[CarParkEntrance.Kind(entrance.kind)]]
        if entrance.height_limit_cm is not None:
            parts.append(f"{entrance.height_limit_cm / 100:.2f}")
        lines.append("，".join(parts))
    return "\n".join(lines)


def _entrance(line: str) -> EntranceLayout:
    name, *rest = (part.strip() for part in re.split("[,，]", line))
    kind = rest[0] if rest else "出入"
    height = rest[1] if len(rest) > 1 else ""
    if kind not in _KINDS or len(rest) > 2 or (height and not _METRES.fullmatch(height)):  # noqa: PLR2004
        raise ValueError(line)
    return EntranceLayout(name, _KINDS[kind], round(float(height) * 100) if height else None)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
