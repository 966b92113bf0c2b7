"""The rules written as the document they come from, with every member in it."""

from typing import Any, Final

from district.documents.json_text import canonical_bytes
from parking.tariff.rules import Band, DayTable, FeeCaps, TariffRules, VehicleRule

SCHEMA: Final = 1


def tariff_bytes(rules: TariffRules) -> bytes:
    """The same bytes for the same rules, however their document was written."""
    return canonical_bytes(tariff_document(rules))


def tariff_document(rules: TariffRules) -> dict[str, Any]:
    """What `read_tariff` reads, with every member in it."""
    grace = rules.grace
    return {
        "schema": SCHEMA,
        "timezone": rules.timezone.key,
        "day_start": _clock_text(rules.day_start),
        "rounding": rules.rounding.value,
        "tier_clock": rules.tier_clock.value,
        "grace": grace
        and {
            "minutes": grace.minutes,
            "mode": grace.mode.value,
            "limit": grace.limit.value,
            "scope": grace.scope.value,
        },
        "tables": [_table_document(table) for table in rules.tables],
        "caps": _caps_document(rules.caps),
        "vehicles": {vehicle.value: _vehicle_document(rule) for vehicle, rule in rules.vehicles},
        "electric": {
            "free_minutes": rules.electric.free_minutes,
            "multiplier_bp": rules.electric.multiplier_bp,
            "scales_caps": rules.electric.scales_caps,
        },
    }


def _clock_text(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _table_document(table: DayTable) -> dict[str, Any]:
    days = table.days
    return {
        "name": table.name,
        "days": days
        and {
            "classes": sorted(days.classes) or None,
            "seasons": [
                [f"{month:02d}-{day:02d}" for month, day in (season.first, season.last)]
                for season in days.seasons
            ]
            or None,
        },
        "bands": [_band_document(band) for band in table.bands],
    }


def _band_document(band: Band) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": band.name,
        "start": _clock_text(band.start),
        "end": _clock_text(band.end),
    }
    if band.is_free:
        return document | {"free": True}
    if band.flat_fen is not None:
        return document | {"flat_fen": band.flat_fen, "flat_scope": band.flat_scope.value}
    tiers = [
        {
            "unit_minutes": tier.unit_minutes,
            "price_fen": tier.price_fen,
            "until_minutes": tier.until_minutes,
        }
        for tier in band.tiers
    ]
    return document | {"tiers": tiers, "cap_fen": band.cap_fen}


def _caps_document(caps: FeeCaps) -> dict[str, Any]:
    return {
        "day_fen": caps.day_fen,
        "rolling_24h_fen": caps.rolling_24h_fen,
        "visit_fen": caps.visit_fen,
    }


def _vehicle_document(rule: VehicleRule) -> dict[str, Any]:
    if rule.is_free:
        return {"free": True}
    if rule.tables:
        tables = [_table_document(table) for table in rule.tables]
        return {"tables": tables, "caps": rule.caps and _caps_document(rule.caps)}
    return {"multiplier_bp": rule.multiplier_bp, "scales_caps": rule.scales_caps}
