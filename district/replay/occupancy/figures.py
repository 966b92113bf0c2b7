"""The figures of a replay of occupancy, read from the tables."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from district.kernel.clock import SHANGHAI
from district.replay.occupancy.preparation import OccupancySetup
from parking.availability.forecast import Observation, forecast, naive_forecast
from parking.availability.freshness import minutes_by_freshness
from parking.availability.public_counts import free_places
from parking.models import OccupancyReading
from parking.queries.availability import terms_of

# A forecast is judged by what was known so long before.
AHEAD = timedelta(hours=1)
_DECIMALS = 4


def figures_of(replay_setup: OccupancySetup) -> dict[str, Any]:
    """What the readings of the replay's car parks come to."""
    readings = _readings(replay_setup)
    minutes = {
        name: asdict(
            minutes_by_freshness([row.measured_at for row in rows], terms_of(replay_setup.feed))
        )
        for name, rows in sorted(readings.items())
    }
    return {
        "clamped": sum(row.is_clamped for rows in readings.values() for row in rows),
        "car_parks": len(readings),
        **{
            f"{state}_minutes": sum(of_one[state] for of_one in minutes.values())
            for state in ("fresh", "stale", "unknown")
        },
        "free_digest": _digest(readings),
        **_forecast_errors(readings),
        "minutes_by_car_park": minutes,
    }


def _readings(replay_setup: OccupancySetup) -> dict[str, list[OccupancyReading]]:
    """The accepted readings of each car park, by instant."""
    names = {pool.pk: name for name, pool in replay_setup.pools.items()}
    found: dict[str, list[OccupancyReading]] = {}
    for row in OccupancyReading.objects.filter(feed=replay_setup.feed).order_by("measured_at"):
        found.setdefault(names[row.pool_id], []).append(row)
    return found


def _digest(readings: Mapping[str, Sequence[OccupancyReading]]) -> str:
    """SHA-256 of the lines `car_park,last_updated,free`, sorted as text."""
    lines = sorted(
        f"{name},{row.measured_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M:%S},"
        f"{free_places(row.occupied, row.capacity)}\n"
        for name, rows in readings.items()
        for row in rows
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _forecast_errors(readings: Mapping[str, Sequence[OccupancyReading]]) -> dict[str, float | None]:
    """Mean absolute errors of the occupied share, of our forecast and of the naive one, where both say something."""
    ours, naive = [], []
    for rows in readings.values():
        history = [Observation(row.measured_at, _share(row)) for row in rows]
        for actual in history:
            simple = naive_forecast(history, actual.at)
            expected = forecast(history, known_until=actual.at - AHEAD, target=actual.at)
            if simple is not None and expected is not None:
                ours.append(abs(expected.share - actual.share))
                naive.append(abs(simple.share - actual.share))
    return {"forecast_mae": _mean(ours), "naive_mae": _mean(naive)}


def _share(row: OccupancyReading) -> float:
    return min(1.0, row.occupied / row.capacity) if row.capacity else 1.0


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), _DECIMALS) if values else None
