"""Chinese licence plates: one spelling for each, and of which kind it is. Knows no database.

Strict where a member registers a plate (`parse_plate`), soft at a gate, where a camera may misread (`read_plate`).
Patterns follow GA 36-2018 as public sources cite it; which second letters a city uses changes too often to be checked.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class PlateKind(StrEnum):
    """What a plate is for; of each kind there is one or there are a few colours."""

    STANDARD = "standard"
    NEW_ENERGY = "new_energy"
    NEW_ENERGY_LARGE = "new_energy_large"
    LEARNER = "learner"
    POLICE = "police"
    TRAILER = "trailer"
    CROSS_BORDER = "cross_border"
    CONSULATE = "consulate"
    EMBASSY = "embassy"
    ARMED_POLICE = "armed_police"
    MILITARY = "military"
    EMERGENCY = "emergency"
    TEMPORARY = "temporary"


class PlateColour(StrEnum):
    """As WeChat Pay and cameras name them; a number alone is not a plate."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    YELLOW_GREEN = "yellow_green"
    WHITE = "white"
    BLACK = "black"
    PAPER = "paper"


class PlateProblem(ValueError):
    """No plate; `reason` is `empty`, `length`, `province`, `letter`, `serial` or `colour`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Plate:
    """A plate in its one spelling. The same number in two colours is two plates."""

    number: str
    colour: PlateColour
    kind: PlateKind

    @property
    def masked(self) -> str:
        """浙A***45: who sees it in a list does not learn whose car it is."""
        return masked(self.number)


@dataclass(frozen=True)
class GateReading:
    """What a camera read: in its one spelling, with the kind where it looks like a plate at all."""

    number: str
    kind: PlateKind | None


PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
LONGEST = 10
# I and O are never printed: they would be read as 1 and 0.
_LETTER = "A-HJ-NP-Z"
_SERIAL = rf"[{_LETTER}0-9]"
_CITY = rf"[{PROVINCES}][{_LETTER}]"
# A–E are driven by electricity alone, F–K by other new energy.
_ENERGY = "A-HJK"
_C = PlateColour
_PATTERNS: tuple[tuple[PlateKind, re.Pattern[str], tuple[PlateColour, ...]], ...] = tuple(
    (kind, re.compile(pattern), colours)
    for kind, pattern, colours in (
        (PlateKind.NEW_ENERGY, rf"{_CITY}[{_ENERGY}]{_SERIAL}[0-9]{{4}}", (_C.GREEN,)),
        (PlateKind.NEW_ENERGY_LARGE, rf"{_CITY}[0-9]{{5}}[{_ENERGY}]", (_C.YELLOW_GREEN,)),
        (PlateKind.EMERGENCY, rf"[{PROVINCES}][SX][0-9]{{4}}应急", (_C.WHITE,)),
        (PlateKind.ARMED_POLICE, rf"WJ[{PROVINCES}]?[0-9]{{4}}[0-9A-Z]", (_C.WHITE,)),
        (PlateKind.MILITARY, rf"[{_LETTER}]{{2}}[0-9]{{5}}", (_C.WHITE,)),
        (PlateKind.LEARNER, rf"{_CITY}{_SERIAL}{{4}}学", (_C.YELLOW,)),
        (PlateKind.POLICE, rf"{_CITY}{_SERIAL}{{4}}警", (_C.WHITE,)),
        (PlateKind.TRAILER, rf"{_CITY}{_SERIAL}{{4}}挂", (_C.YELLOW,)),
        (PlateKind.CROSS_BORDER, rf"粤[{_LETTER}]{_SERIAL}{{4}}[港澳]", (_C.BLACK,)),
        (PlateKind.CONSULATE, rf"{_CITY}{_SERIAL}{{4}}领", (_C.BLACK, _C.GREEN)),
        (PlateKind.EMBASSY, r"[0-9]{6}使|使[0-9]{6}", (_C.BLACK, _C.GREEN)),
        (PlateKind.TEMPORARY, rf"{_CITY}{_SERIAL}{{4,5}}临|临{_CITY}{_SERIAL}{{5}}", (_C.PAPER,)),
        # Some digit is in every serial; which letters stand where a city decides.
        (PlateKind.STANDARD, rf"{_CITY}(?=.*[0-9]){_SERIAL}{{5}}", (_C.BLUE, _C.YELLOW, _C.BLACK)),
    )
)


def normalise(text: str) -> str:
    """The one spelling: half width, capitals, without what people and printers put between the characters."""
    return re.sub(r"[\s.·•・‧∙_-]", "", unicodedata.normalize("NFKC", text)).upper()


def parse_plate(text: str, colour: str = "") -> Plate:
    """The plate that somebody typed; without a colour the usual one of its kind. Raises PlateProblem."""
    number = normalise(text)
    found = _match(number)
    if found is None:
        raise PlateProblem(_what_is_wrong(number))
    kind, colours = found
    if colour and colour not in colours:
        raise PlateProblem("colour")
    return Plate(number, PlateColour(colour) if colour else colours[0], kind)


def read_plate(text: str) -> GateReading:
    """What a gate reports is taken as it is: a car that stands there must be let in, whatever the camera read."""
    number = normalise(text)
    found = _match(number)
    return GateReading(number, found[0] if found else None)


def masked(number: str) -> str:
    """The first two characters and the last two."""
    return f"{number[:2]}***{number[-2:]}"


def _match(number: str) -> tuple[PlateKind, tuple[PlateColour, ...]] | None:
    for kind, pattern, colours in _PATTERNS:
        if pattern.fullmatch(number):
            return kind, colours
    return None


def _what_is_wrong(number: str) -> str:
    if not number:
        return "empty"
    if not 7 <= len(number) <= LONGEST:  # noqa: PLR2004
        return "length"
    if number[0] not in PROVINCES:
        return "province"
    if not re.fullmatch(f"[{_LETTER}]", number[1]):
        return "letter"
    return "serial"
