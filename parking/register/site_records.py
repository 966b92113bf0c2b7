"""Pure: GeoJSON files of car parks as cities publish them, read into records or into the problem of each.

Each format says in which properties its city keeps what we need. ParkAPI is the form of ParkenDD and MobiData BW
(`ParkingSite` of ParkAPI v3); Karlsruhe and Freiburg are two cities' own, which that project reads too.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from parking.register.coordinates import GeoPoint, utm_to_wgs84

MOST_BYTES: Final = 10 * 2**20
MOST_RECORDS: Final = 5_000
MOST_BAYS: Final = 100_000
_HEIGHT_RANGE_CM: Final = (100, 1_000)
_LONGEST: Final = {
    "original_uid": 100,
    "name": 80,
    "address": 200,
    "operator_name": 120,
    "fee_note": 500,
}
# EPSG:25832, in which Freiburg publishes, is UTM zone 32 on ETRS 89.
_FREIBURG_UTM_ZONE: Final = 32

Properties: TypeAlias = Mapping[str, Any]


class SiteFileUnreadable(ValueError):
    """The file is no GeoJSON collection of features; says why."""


class SiteProblem(ValueError):
    """A record that cannot be taken: the property, and what is wrong with it, for people."""

    def __init__(self, site_field: str, problem: str) -> None:
        super().__init__(f"{site_field}: {problem}")
        self.site_field, self.problem = site_field, problem


@dataclass(frozen=True)
class SiteRecord:
    """A car park of a file: its position in WGS-84, its bays by class as far as they are known."""

    original_uid: str
    name: str
    position: GeoPoint
    address: str = ""
    operator_name: str = ""
    fee_note: str = ""
    height_limit_cm: int | None = None
    round_the_clock: bool = False
    capacities: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SiteRow:
    """What stands at a place of the file, counted from 1: a record, or the problem with it."""

    place: int
    original_uid: str
    record: SiteRecord | None = None
    problem: SiteProblem | None = None


def read_sites(content: bytes, format_name: str) -> Iterator[SiteRow]:
    """Every feature of a GeoJSON file. Raises SiteFileUnreadable, KeyError for an unknown format."""
    reader = FORMATS[format_name]
    seen: set[str] = set()
    for place, feature in enumerate(_features(content), 1):
        try:
            record = reader(_properties(feature), feature.get("geometry"))
            if record.original_uid in seen:
                raise SiteProblem("original_uid", "在文件中重复")
        except SiteProblem as problem:
            yield SiteRow(place, _uid_or_nothing(feature), problem=problem)
        else:
            seen.add(record.original_uid)
            yield SiteRow(place, record.original_uid, record)


def _features(content: bytes) -> list[Any]:
    if len(content) > MOST_BYTES:
        raise SiteFileUnreadable(f"文件超过 {MOST_BYTES // 2**20} MB")
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise SiteFileUnreadable(f"不是 JSON（{error}）") from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise SiteFileUnreadable("不是 GeoJSON 的 FeatureCollection")
    if len(features) > MOST_RECORDS:
        raise SiteFileUnreadable(f"超过 {MOST_RECORDS} 条记录")
    return features


def _properties(feature: Any) -> Properties:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise SiteProblem("properties", "不是对象")
    return properties


def _uid_or_nothing(feature: Any) -> str:
    """How a refused record is called, as far as it can be read."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return ""
    known = (properties.get(name) for name in ("original_uid", "obs_parkid", "id"))
    return next((str(uid)[:100] for uid in known if isinstance(uid, str | int)), "")


def _read_parkapi(properties: Properties, geometry: Any) -> SiteRecord:
    purpose = properties.get("purpose") or "CAR"
    if purpose != "CAR":
        raise SiteProblem("purpose", f"{str(purpose)[:40]} 不是汽车停车场")
    if geometry is None and "lat" in properties:
        geometry = {"type": "Point", "coordinates": [properties.get("lon"), properties.get("lat")]}
    capacities = {
        bay_class: _count(properties, name)
        for bay_class, name in (
            ("ev", "capacity_charging"),
            ("accessible", "capacity_disabled"),
            ("family", "capacity_family"),
            ("large", "capacity_truck"),
        )
    }
    return SiteRecord(
        original_uid=_text(properties, "original_uid", required=True),
        name=_text(properties, "name", required=True),
        position=_degrees(geometry),
        address=_text(properties, "address"),
        operator_name=_text(properties, "operator_name"),
        fee_note=_text(properties, "fee_description"),
        height_limit_cm=_height(properties, "max_height", per_unit_cm=1),
        round_the_clock=properties.get("opening_hours") == "24/7",
        capacities=_by_class(_count(properties, "capacity"), capacities),
    )


def _read_karlsruhe(properties: Properties, geometry: Any) -> SiteRecord:
    street = _text(properties, "parkhaus_strasse")
    municipality = " ".join(
        filter(None, [_text(properties, "parkhaus_plz"), _text(properties, "parkhaus_gemeinde")])
    )
    return SiteRecord(
        original_uid=_text(properties, "id", "original_uid", required=True),
        name=_text(properties, "parkhaus_name", "name", required=True),
        position=_degrees(geometry),
        address=", ".join(filter(None, [street, municipality])),
        operator_name=_text(properties, "betreiber_name", "operator_name"),
        fee_note=_text(properties, "tarife_oeffnungszeiten", "fee_note"),
        height_limit_cm=_height(properties, "max_durchfahrtshoehe", per_unit_cm=100),
        capacities=_by_class(_count(properties, "gesamte_parkplaetze"), {}),
    )


def _read_freiburg(properties: Properties, geometry: Any) -> SiteRecord:
    x, y = _pair(geometry)
    try:
        position = utm_to_wgs84(x, y, utm_zone=_FREIBURG_UTM_ZONE)
    except ValueError:
        raise SiteProblem("geometry", "不在 UTM 第 32 带内") from None
    return SiteRecord(
        original_uid=_text(properties, "obs_parkid", "original_uid", required=True),
        name=_text(properties, "park_name", "name", required=True),
        position=position,
        capacities=_by_class(_count(properties, "obs_max"), {}),
    )


FORMATS: Final[Mapping[str, Callable[[Properties, Any], SiteRecord]]] = {
    "parkapi": _read_parkapi,
    "karlsruhe": _read_karlsruhe,
    "freiburg": _read_freiburg,
}


def _text(properties: Properties, name: str, as_field: str = "", *, required: bool = False) -> str:
    """A property as text on one line, of the length its column takes."""
    value = properties.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise SiteProblem(name, "不是文本")
    text = " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
    if required and not text:
        raise SiteProblem(name, "缺失")
    longest = _LONGEST.get(as_field or name, 200)
    if len(text) > longest:
        raise SiteProblem(name, f"超过 {longest} 个字符")
    return text


def _count(properties: Properties, name: str) -> int | None:
    """A number of bays; cities write it as a number or as a text of digits."""
    value = properties.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= MOST_BAYS:
        raise SiteProblem(name, f"{str(value)[:40]} 不是车位数")
    return value


def _by_class(total: int | None, special: Mapping[str, int | None]) -> dict[str, int]:
    """The bays by class: those of no special class are standard; classes without bays are left out."""
    known = {bay_class: count for bay_class, count in special.items() if count}
    if total is None:
        return known
    standard = total - sum(known.values())
    if standard < 0:
        raise SiteProblem("capacity", f"{total} 少于各类专用车位之和")
    return ({"standard": standard} if standard else {}) | known


def _height(properties: Properties, name: str, *, per_unit_cm: int) -> int | None:
    """A height limit in centimetres; 0 and nothing mean that none is known."""
    value = properties.get(name)
    if value in (None, "", 0):
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SiteProblem(name, f"{str(value)[:40]} 不是高度")
    height_cm = round(value * per_unit_cm)
    if not _HEIGHT_RANGE_CM[0] <= height_cm <= _HEIGHT_RANGE_CM[1]:
        raise SiteProblem(name, f"{height_cm} 厘米不是停车场的限高")
    return height_cm


def _degrees(geometry: Any) -> GeoPoint:
    longitude, latitude = _pair(geometry)
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):  # noqa: PLR2004
        raise SiteProblem("geometry", "不是地球上的坐标")
    return GeoPoint(latitude, longitude)


def _pair(geometry: Any) -> tuple[float, float]:
    """The first two coordinates of a point."""
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        raise SiteProblem("geometry", "不是点")
    match coordinates:
        case [x, y, *_] if all(
            isinstance(number, int | float)
            and not isinstance(number, bool)
            and math.isfinite(number)
            for number in (x, y)
        ):
            return float(x), float(y)
    raise SiteProblem("geometry", "坐标不是数字")
