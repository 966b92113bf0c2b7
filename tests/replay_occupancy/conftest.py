"""A small data set with everything the rules speak of, and how far a run has come."""

import contextlib
import random
from datetime import datetime, timedelta

import psycopg
import pytest

from tests.replay.conftest import new_replay_database  # noqa: F401 - a fixture

COMMAND = "replay_occupancy"
HEADER = "car_park,capacity,occupancy,last_updated"


def write_occupancy(folder, *, car_parks=3, days=16):
    """Counts every half hour of the day with gaps, repetitions, contradictions and more cars than bays."""
    chance = random.Random(2016)
    rows = []
    for number in range(car_parks):
        capacity = 40 + 30 * number
        for day in range(days):
            for turn in range(18):
                if chance.random() < 0.1:
                    continue
                at = datetime(2016, 10, 4, 8) + timedelta(days=day, minutes=30 * turn)
                occupied = min(capacity + 3, int(capacity * turn / 14) + chance.randint(0, 3))
                row = f"P{number},{capacity},{{}},{at.isoformat()}"
                rows.append(row.format(occupied))
                if chance.random() < 0.05:
                    rows.append(row.format(occupied))
                if chance.random() < 0.05:
                    rows.append(row.format(occupied + 1))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "occupancy.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return folder


def stored_readings(replay_setup):
    """How many readings are stored so far; none while there are no tables."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(replay_setup.url) as connection:
        return connection.execute("select count(*) from parking_occupancyreading").fetchall()[0][0]
    return 0


def fixed(outcome):
    """The figures that a separate program recomputes."""
    left_out = {"seconds", "minutes_by_car_park"}
    return {name: value for name, value in outcome.result.items() if name not in left_out}


@pytest.fixture(scope="session")
def few_counts(tmp_path_factory):
    return write_occupancy(tmp_path_factory.mktemp("occupancy"))
