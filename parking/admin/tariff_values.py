"""The values of a tariff's form: the document they come to, and a document as first values."""

from datetime import time
from typing import Any

from parking.admin.tariff_fields import CAPS, FLAT, FREE, SAME, SCALED, SEASONS, TIERED, VEHICLES
from parking.tariff.rules import UNSCALED_BP

Document = dict[str, Any]
_TIER_KEYS = ("unit_minutes", "price_fen", "until_minutes")


def document_of_values(
    values: dict[str, Any], rows: tuple[int, int, int], before: Document
) -> tuple[Document, dict[str, str]]:
    """The document that a form's values say, and which prefix of fields each of its paths came from.

    What the form does not show of the document before (the zone, own tables of a vehicle class) stays.
    """
    places = {"rounding": "rounding", "tier_clock": "tier_clock", "day_start": "day_start"}
    places |= {f"grace.{key}": f"grace_{key}" for key in ("minutes", "mode", "limit", "scope")}
    places |= {f"caps.{key}": f"cap_{key}" for key in CAPS}
    tables: list[Document] = []
    for number in range(1, rows[0] + 1):
        prefix = f"table{number}_"
        path = f"tables[{len(tables)}]"
        bands = _bands(values, prefix, rows, path, places)
        if values[f"{prefix}name"] or bands:
            places[path] = prefix
            places[f"{path}.days"] = f"{prefix}classes"
            places[f"{path}.bands"] = f"{prefix}name"
            tables.append(
                {"name": values[f"{prefix}name"], "days": _days(values, prefix), "bands": bands}
            )
    minutes = values["grace_minutes"]
    document = {
        "schema": 1,
        "timezone": before.get("timezone", "Asia/Shanghai"),
        "day_start": _clock_text(values["day_start"]),
        "rounding": values["rounding"],
        "tier_clock": values["tier_clock"],
        "grace": minutes
        and {"minutes": minutes}
        | {key: values[f"grace_{key}"] for key in ("mode", "limit", "scope")},
        "tables": tables,
        "caps": {key: values[f"cap_{key}"] for key in CAPS},
        "vehicles": _vehicles(values, before.get("vehicles") or {}),
        "electric": {
            "free_minutes": values["electric_free_minutes"] or 0,
            "multiplier_bp": values["electric_bp"] or UNSCALED_BP,
            "scales_caps": values["electric_scales_caps"],
        },
    }
    return document, places


def values_of_document(document: Document) -> dict[str, Any]:
    """A canonical document as the form's first values."""
    tables = document["tables"]
    values: dict[str, Any] = {
        "document": document,
        "tables": len(tables),
        "bands": max(len(table["bands"]) for table in tables),
        "tiers": max(len(band.get("tiers", [])) for table in tables for band in table["bands"]),
        "rounding": document["rounding"],
        "tier_clock": document["tier_clock"],
        "day_start": _time(document["day_start"]),
        **{f"grace_{key}": value for key, value in (document["grace"] or {}).items()},
        **{f"cap_{key}": value for key, value in document["caps"].items()},
        "electric_free_minutes": document["electric"]["free_minutes"],
        "electric_bp": document["electric"]["multiplier_bp"],
        "electric_scales_caps": document["electric"]["scales_caps"],
    }
    for vehicle in VEHICLES:
        rule = document["vehicles"].get(vehicle.value, {})
        values |= {
            f"{vehicle}_way": FREE if "free" in rule else SCALED if rule else SAME,
            f"{vehicle}_bp": rule.get("multiplier_bp"),
            f"{vehicle}_scales_caps": rule.get("scales_caps", False),
        }
    for number, table in enumerate(tables, 1):
        prefix, days = f"table{number}_", table["days"] or {}
        values |= {f"{prefix}name": table["name"], f"{prefix}classes": days.get("classes") or []}
        for index, (first, last) in enumerate(days.get("seasons") or [], 1):
            values |= {
                f"{prefix}season{index}_first": first,
                f"{prefix}season{index}_last": last,
            }
        for index, band in enumerate(table["bands"], 1):
            values |= _band_values(f"{prefix}band{index}_", band)
    return values


def _band_values(prefix: str, band: Document) -> dict[str, Any]:
    values = {
        f"{prefix}name": band["name"],
        f"{prefix}start": _time(band["start"]),
        f"{prefix}end": _time(band["end"]),
        f"{prefix}way": FREE if "free" in band else FLAT if "flat_fen" in band else TIERED,
        f"{prefix}flat_fen": band.get("flat_fen"),
        f"{prefix}flat_scope": band.get("flat_scope"),
        f"{prefix}cap_fen": band.get("cap_fen"),
    }
    for number, tier in enumerate(band.get("tiers", []), 1):
        values |= {f"{prefix}tier{number}_{key}": tier[key] for key in _TIER_KEYS}
    return values


def _bands(
    values: dict[str, Any],
    table_prefix: str,
    rows: tuple[int, int, int],
    table_path: str,
    places: dict[str, str],
) -> list[Document]:
    bands: list[Document] = []
    for number in range(1, rows[1] + 1):
        prefix = f"{table_prefix}band{number}_"
        if not values[f"{prefix}name"] and values[f"{prefix}start"] is None:
            continue
        path = f"{table_path}.bands[{len(bands)}]"
        places[path] = prefix
        band: Document = {
            "name": values[f"{prefix}name"],
            "start": _clock_text(values[f"{prefix}start"]),
            "end": _clock_text(values[f"{prefix}end"]),
        }
        way = values[f"{prefix}way"]
        if way == FREE:
            band["free"] = True
        elif way == FLAT:
            band |= {key: values[f"{prefix}{key}"] for key in ("flat_fen", "flat_scope")}
        else:
            band |= {"tiers": [], "cap_fen": values[f"{prefix}cap_fen"]}
            for tier in range(1, rows[2] + 1):
                tier_prefix = f"{prefix}tier{tier}_"
                row = {key: values[f"{tier_prefix}{key}"] for key in _TIER_KEYS}
                if any(value is not None for value in row.values()):
                    places[f"{path}.tiers[{len(band['tiers'])}]"] = tier_prefix
                    band["tiers"].append(row)
            places[f"{path}.tiers"] = f"{prefix}tier1_unit_minutes"
        bands.append(band)
    return bands


def _days(values: dict[str, Any], prefix: str) -> Document | None:
    seasons = [
        [values[f"{prefix}season{n}_first"], values[f"{prefix}season{n}_last"]]
        for n in range(1, SEASONS + 1)
        if values[f"{prefix}season{n}_first"] or values[f"{prefix}season{n}_last"]
    ]
    classes = values[f"{prefix}classes"]
    return {"classes": classes or None, "seasons": seasons or None} if classes or seasons else None


def _vehicles(values: dict[str, Any], before: Document) -> Document:
    vehicles: Document = {}
    for vehicle in VEHICLES:
        way, stored = values[f"{vehicle}_way"], before.get(vehicle.value, {})
        if way == FREE:
            vehicles[vehicle.value] = {"free": True}
        elif way == SCALED and "tables" in stored and not values[f"{vehicle}_bp"]:
            vehicles[vehicle.value] = stored
        elif way == SCALED:
            vehicles[vehicle.value] = {
                "multiplier_bp": values[f"{vehicle}_bp"] or UNSCALED_BP,
                "scales_caps": values[f"{vehicle}_scales_caps"],
            }
    return vehicles


def _clock_text(value: time | None) -> str | None:
    return None if value is None else f"{value:%H:%M}"


def _time(text: str) -> time:
    return time.min if text == "24:00" else time.fromisoformat(text)
