"""Tariffs and stays at random, of everything the vocabulary knows; whatever is drawn is a right document."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from district.calendar.day_class import DayClass

CLASSES = ["workday", "weekend", "holiday_major", "holiday_minor", "makeup_workday"]
VEHICLES = ["small", "large", "motorcycle", "special"]
# None of them changes its clocks; one is no whole number of hours away.
ZONES = ["Asia/Shanghai", "Asia/Kolkata", "UTC"]
FIRST = datetime(2026, 9, 20, tzinfo=UTC)


def class_of(day: date) -> DayClass:
    """A calendar with everything in it: 1 to 7 October, a make-up Saturday, a lone holiday."""
    if date(2026, 10, 1) <= day <= date(2026, 10, 7):
        return DayClass.HOLIDAY_MAJOR
    if day == date(2026, 9, 25):
        return DayClass.HOLIDAY_MINOR
    if day == date(2026, 10, 10):
        return DayClass.MAKEUP_WORKDAY
    return DayClass.WEEKEND if day.weekday() >= 5 else DayClass.WORKDAY


def random_document(rng: Random) -> dict[str, Any]:
    tables = _tables(rng)
    document: dict[str, Any] = {
        "schema": 1,
        "timezone": rng.choice(ZONES),
        "day_start": _clock(rng.choice([0, 0, 480, rng.randrange(1440)])),
        "rounding": rng.choice(["per_band", "anchored_units"]),
        "tier_clock": rng.choice(["visit", "day", "band"]),
        "grace": rng.choice([None, _grace(rng)]),
        "tables": tables,
        "caps": _caps(rng, tables),
        "electric": rng.choice([None, {"free_minutes": rng.choice([0, 45, 120]), **_scale(rng)}]),
    }
    document["vehicles"] = {
        vehicle: _vehicle(rng, document["caps"])
        for vehicle in rng.sample(VEHICLES, rng.randrange(4))
    }
    return document


def random_stay(rng: Random, most_days: int = 4) -> tuple[datetime, datetime]:
    """From seconds to days, short ones more often."""
    entry = FIRST + timedelta(seconds=rng.randrange(28 * 86_400))
    if rng.random() < 0.5:
        entry = entry.replace(second=0)
    longest = rng.choice([90, 600, 7_200, 86_400, most_days * 86_400])
    return entry, entry + timedelta(seconds=rng.randrange(longest))


def _tables(rng: Random) -> list[dict[str, Any]]:
    last = {"name": "其余", "days": None, "bands": _bands(rng)}
    if rng.random() < 0.5:
        return [last]
    tables = []
    for number in range(rng.randrange(1, 3)):
        days: dict[str, Any] = {}
        if rng.random() < 0.7:
            days["classes"] = rng.sample(CLASSES, rng.randrange(1, 4))
        if not days or rng.random() < 0.3:
            days["seasons"] = [rng.choice([["09-25", "10-05"], ["10-03", "09-27"]])]
        # Often the same bands, so that a night goes on into a day of another table.
        bands = rng.choice([_bands(rng), last["bands"]])
        tables.append({"name": f"表{number}", "days": days, "bands": bands})
    return [*tables, last]


def _bands(rng: Random) -> list[dict[str, Any]]:
    count = rng.choice([1, 2, 2, 3, 5])
    minutes = rng.choice([30, 30, 7])
    starts = sorted(rng.sample(range(0, 1440, minutes), count))
    return [
        {
            "name": f"段{number}",
            "start": _clock(start),
            "end": _clock(starts[(number + 1) % count], is_end=True),
            **_pricing(rng),
        }
        for number, start in enumerate(starts)
    ]


def _pricing(rng: Random) -> dict[str, Any]:
    kind = rng.random()
    if kind < 0.12:
        return {"free": True}
    if kind < 0.3:
        scope = rng.choice(["band", "visit"])
        return {"flat_fen": rng.randrange(1, 1_500), "flat_scope": scope}
    tiers, until = [], 0
    for _ in range(rng.randrange(3)):
        until += rng.choice([20, 60, 90, 300])
        tiers.append(_tier(rng) | {"until_minutes": until})
    tiers.append(_tier(rng) | {"until_minutes": None})
    dearest = max(tier["price_fen"] for tier in tiers)
    cap = dearest + rng.randrange(1, 2_000) if rng.random() < 0.4 else None
    return {"tiers": tiers, "cap_fen": cap}


def _tier(rng: Random) -> dict[str, Any]:
    price = rng.choice([0, 150, 333, 500, rng.randrange(1_000)])
    return {"unit_minutes": rng.choice([1, 15, 30, 60, 60, 7, 720]), "price_fen": price}


def _grace(rng: Random) -> dict[str, Any]:
    mode = rng.choice(["free_if_within", "deduct"])
    limit = "free" if mode == "deduct" else rng.choice(["free", "charged"])
    scope = rng.choice(["visit", "day"])
    return {"minutes": rng.choice([1, 15, 30, 600]), "mode": mode, "limit": limit, "scope": scope}


def _caps(rng: Random, tables: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    if rng.random() < 0.3:
        return None
    least = 1
    for table in tables:
        for band in table["bands"]:
            prices = [tier["price_fen"] for tier in band.get("tiers", ())]
            least = max([least, band.get("flat_fen") or 0, band.get("cap_fen") or 0, *prices])
    day, rolling = (least + rng.randrange(3_000) if rng.random() < 0.5 else None for _ in range(2))
    longest = max(least, day or 0, rolling or 0)
    visit = longest + rng.randrange(6_000) if rng.random() < 0.3 else None
    return {"day_fen": day, "rolling_24h_fen": rolling, "visit_fen": visit}


def _vehicle(rng: Random, caps: dict[str, Any] | None) -> dict[str, Any]:
    kind = rng.random()
    if kind < 0.2:
        return {"free": True}
    if kind < 0.8:
        return _scale(rng)
    tables = _tables(rng)
    return {"tables": tables, "caps": _caps(rng, tables) or dict.fromkeys(["day_fen", "visit_fen"])}


def _scale(rng: Random) -> dict[str, Any]:
    factor = rng.choice([5_000, 20_000, 3_333, 10_000])
    return {"multiplier_bp": factor, "scales_caps": rng.random() < 0.5}


def _clock(minutes: int, *, is_end: bool = False) -> str:
    if is_end and minutes == 0:
        return "24:00"
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
