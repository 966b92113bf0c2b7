"""The document of a tariff: plain JSON of schema 1, read into rules or refused with every fault in it.

    schema 1, timezone, day_start "00:00", rounding, tier_clock
    grace     null or minutes, mode, limit (what exactly so many minutes cost), scope
    tables    in order, the first whose days fit counts; the last is for all other days
              name, days null or {classes, seasons [["03-15", "05-31"]]}
              bands: name, start, end, and free | flat_fen, flat_scope | tiers; cap_fen
              tiers: unit_minutes, price_fen, until_minutes (null in the last alone)
    caps      null or day_fen, rolling_24h_fen, visit_fen
    vehicles  by class: free | multiplier_bp, scales_caps | tables, caps
    electric  null or free_minutes, multiplier_bp, scales_caps

What cities leave open has no default: it must be said. Only what is empty may be left out.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from district.calendar.day_class import DayClass
from district.documents.reader import DocumentProblem, word_of
from parking.tariff.canonical import SCHEMA, tariff_bytes
from parking.tariff.consistency import check_band_order, check_caps, check_tables, check_tiers
from parking.tariff.reader import TariffReader
from parking.tariff.rules import (
    DAY_MINUTES,
    Band,
    DayFilter,
    DayTable,
    ElectricRule,
    FeeCaps,
    Grace,
    Season,
    TariffRules,
    Tier,
    VehicleRule,
)
from parking.tariff.values import (
    FlatScope,
    GraceLimit,
    GraceMode,
    GraceScope,
    Rounding,
    TierClock,
    VehicleClass,
)

MOST_FEN: Final = 10_000_000
_MOST_TABLES, _MOST_BANDS, _MOST_TIERS, _MOST_SEASONS = 20, 24, 10, 10
_MOST_BP: Final = 100_000
_MOST_TIER_MINUTES: Final = 31 * DAY_MINUTES
# A leap year, so that 29 February may be named.
_MONTH_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class TariffInvalid(Exception):
    """A document that is no tariff, with everything that is wrong in it."""

    def __init__(self, problems: Iterable[DocumentProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


def read_tariff(document: object) -> TariffRules:
    """The rules that a document says. Raises TariffInvalid."""
    problems: list[DocumentProblem] = []
    root = TariffReader(document, "", problems)
    if isinstance(document, dict) and root.integer("schema", SCHEMA, SCHEMA) == SCHEMA:
        rules = _read_root(root)
        root.finish()
        if not problems:
            return replace(rules, sha256=hashlib.sha256(tariff_bytes(rules)).hexdigest())
    raise TariffInvalid(sorted(problems, key=lambda problem: problem.path))


def _read_root(root: TariffReader) -> TariffRules:
    tables = _read_tables(root)
    caps = _read_caps(root)
    check_caps(caps, tables, root)
    day_start = root.clock_time("day_start")
    if day_start == DAY_MINUTES:
        root.refuse("day_start", "not_a_time", "00:00–23:59")
    return TariffRules(
        timezone=_read_timezone(root),
        day_start=day_start % DAY_MINUTES,
        rounding=root.word("rounding", Rounding),
        tier_clock=root.word("tier_clock", TierClock),
        tables=tables,
        grace=_read_grace(root.object("grace")) if root.has("grace") else None,
        caps=caps,
        vehicles=_read_vehicles(root.object("vehicles"), caps) if root.has("vehicles") else (),
        electric=_read_electric(root.object("electric"))
        if root.has("electric")
        else ElectricRule(),
    )


def _read_timezone(root: TariffReader) -> ZoneInfo:
    key = root.text("timezone")
    try:
        return ZoneInfo(key or "UTC")
    except (ValueError, OSError, KeyError):
        root.refuse("timezone", "not_a_timezone")
        return ZoneInfo("UTC")


def _read_grace(reader: TariffReader) -> Grace:
    grace = Grace(
        minutes=reader.integer("minutes", 1, DAY_MINUTES),
        mode=reader.word("mode", GraceMode),
        limit=reader.word("limit", GraceLimit),
        scope=reader.word("scope", GraceScope),
    )
    if grace.mode == GraceMode.DEDUCT and grace.limit == GraceLimit.CHARGED:
        reader.refuse("limit", "deducted_minutes_are_free")
    reader.finish()
    return grace


def _read_tables(parent: TariffReader) -> tuple[DayTable, ...]:
    tables = parent.items(
        "tables",
        lambda value, path: _read_table(value, path, parent.problems),
        least=1,
        most=_MOST_TABLES,
    )
    check_tables(tables, parent)
    return tables


def _read_table(value: object, path: str, problems: list[DocumentProblem]) -> DayTable:
    reader = TariffReader(value, path, problems)
    bands = reader.items(
        "bands",
        lambda band, band_path: _read_band(band, band_path, problems),
        least=1,
        most=_MOST_BANDS,
    )
    check_band_order(bands, reader)
    table = DayTable(
        name=reader.name("name"),
        bands=bands,
        days=_read_filter(reader.object("days")) if reader.has("days") else None,
    )
    reader.finish()
    return table


def _read_filter(reader: TariffReader) -> DayFilter:
    classes: tuple[DayClass, ...] = ()
    seasons: tuple[Season, ...] = ()
    if reader.has("classes"):
        classes = reader.items(
            "classes",
            lambda value, path: _read_class(value, path, reader.problems),
            least=1,
            most=len(DayClass),
        )
    if reader.has("seasons"):
        seasons = reader.items(
            "seasons",
            lambda value, path: _read_season(value, path, reader.problems),
            least=1,
            most=_MOST_SEASONS,
        )
    if not reader.has("classes") and not reader.has("seasons"):
        reader.refuse("", "empty_filter")
    reader.finish()
    return DayFilter(frozenset(classes), seasons)


def _read_class(value: object, path: str, problems: list[DocumentProblem]) -> DayClass | None:
    day_class = word_of(value, DayClass)
    if day_class is None:
        problems.append(DocumentProblem(path, "not_one_of", ", ".join(DayClass)))
    return day_class


def _read_season(value: Any, path: str, problems: list[DocumentProblem]) -> Season:
    try:
        if not isinstance(value, list):
            raise TypeError(value)
        first, last = value
        return Season(_month_day(first), _month_day(last))
    except (TypeError, ValueError):
        problems.append(DocumentProblem(path, "not_a_season", "03-15, 05-31"))
        return Season((1, 1), (12, 31))


def _month_day(text: Any) -> tuple[int, int]:
    """Raises ValueError and TypeError."""
    month, day = int(text[:2]), int(text[3:])
    if text != f"{month:02d}-{day:02d}" or not 1 <= day <= dict(enumerate(_MONTH_DAYS, 1)).get(
        month, 0
    ):
        raise ValueError(text)
    return month, day


def _read_band(value: object, path: str, problems: list[DocumentProblem]) -> Band:
    reader = TariffReader(value, path, problems)
    priced = [key for key in ("free", "flat_fen", "tiers") if reader.has(key)]
    if len(priced) != 1:
        reader.refuse("", "priced_in_one_way", "free, flat_fen, tiers")
    if "free" in priced and not reader.boolean("free"):
        reader.refuse("free", "not_one_of", "true")
    tiers: tuple[Tier, ...] = ()
    if "tiers" in priced:
        tiers = reader.items(
            "tiers",
            lambda tier, tier_path: _read_tier(tier, tier_path, problems),
            least=1,
            most=_MOST_TIERS,
        )
        check_tiers(tiers, reader)
    is_flat = "flat_fen" in priced
    band = Band(
        name=reader.name("name"),
        start=reader.clock_time("start") % DAY_MINUTES,
        # Midnight is the end of the day, not its beginning.
        end=reader.clock_time("end") or DAY_MINUTES,
        tiers=tiers,
        flat_fen=reader.integer("flat_fen", 1, MOST_FEN) if is_flat else None,
        flat_scope=reader.word("flat_scope", FlatScope) if is_flat else FlatScope.BAND,
        cap_fen=reader.optional_integer("cap_fen", 1, MOST_FEN) if tiers else None,
    )
    reader.finish()
    return band


def _read_tier(value: object, path: str, problems: list[DocumentProblem]) -> Tier:
    reader = TariffReader(value, path, problems)
    tier = Tier(
        unit_minutes=reader.integer("unit_minutes", 1, DAY_MINUTES),
        price_fen=reader.integer("price_fen", 0, MOST_FEN),
        until_minutes=reader.optional_integer("until_minutes", 1, _MOST_TIER_MINUTES),
    )
    reader.finish()
    return tier


def _read_caps(parent: TariffReader) -> FeeCaps:
    if not parent.has("caps"):
        return FeeCaps()
    reader = parent.object("caps")
    caps = FeeCaps(
        day_fen=reader.optional_integer("day_fen", 1, MOST_FEN),
        rolling_24h_fen=reader.optional_integer("rolling_24h_fen", 1, MOST_FEN),
        visit_fen=reader.optional_integer("visit_fen", 1, MOST_FEN),
    )
    reader.finish()
    return caps


def _read_vehicles(
    reader: TariffReader, caps: FeeCaps
) -> tuple[tuple[VehicleClass, VehicleRule], ...]:
    rules = []
    for key, value in reader.members():
        if key not in list(VehicleClass):
            reader.refuse(key, "not_one_of", ", ".join(VehicleClass))
            continue
        rule = TariffReader(value, reader.path_of(key), reader.problems)
        rules.append((VehicleClass(key), _read_vehicle(rule, caps)))
    return tuple(rules)


def _read_vehicle(reader: TariffReader, caps: FeeCaps) -> VehicleRule:
    ways = [key for key in ("free", "multiplier_bp", "tables") if reader.has(key)]
    if len(ways) != 1:
        reader.refuse("", "priced_in_one_way", "free, multiplier_bp, tables")
    if "free" in ways and not reader.boolean("free"):
        reader.refuse("free", "not_one_of", "true")
    rule = VehicleRule(is_free="free" in ways)
    if "multiplier_bp" in ways:
        rule = replace(rule, **_read_scale(reader))
    if "tables" in ways:
        tables = _read_tables(reader)
        own = _read_caps(reader) if reader.has("caps") else None
        check_caps(own or caps, tables, reader)
        rule = replace(rule, tables=tables, caps=own)
    reader.finish()
    return rule


def _read_electric(reader: TariffReader) -> ElectricRule:
    free_minutes = reader.integer("free_minutes", 0, DAY_MINUTES)
    rule = ElectricRule(free_minutes, **_read_scale(reader))
    reader.finish()
    return rule


def _read_scale(reader: TariffReader) -> dict[str, Any]:
    return {
        "multiplier_bp": reader.integer("multiplier_bp", 1, _MOST_BP),
        "scales_caps": reader.boolean("scales_caps"),
    }
