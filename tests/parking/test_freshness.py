"""What a reading still says by its age, and how long nothing was known."""

from datetime import UTC, datetime, timedelta

import pytest

from parking.availability.freshness import (
    FreshnessMinutes,
    FreshnessTerms,
    freshness,
    gaps_in,
    minutes_by_freshness,
)
from parking.availability.public_counts import PublicCount, SpaceLevel, free_places, public_count

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TERMS = FreshnessTerms.from_minutes(10, 30)


def after(*minutes):
    return [NOON + timedelta(minutes=minute) for minute in minutes]


@pytest.mark.parametrize(
    ("minutes", "state"),
    [(-1, "fresh"), (0, "fresh"), (10, "fresh"), (10.1, "stale"), (30, "stale"), (30.1, "unknown")],
)
def test_a_reading_is_fresh_then_stale_then_unknown(minutes, state):
    assert freshness(NOON, NOON + timedelta(minutes=minutes), TERMS) == state


def test_without_a_reading_nothing_is_known():
    assert freshness(None, NOON, TERMS) == "unknown"


def test_the_minutes_of_a_span_are_shared_out():
    assert minutes_by_freshness(after(0, 5, 20, 80), TERMS) == FreshnessMinutes(25, 25, 30)
    assert minutes_by_freshness(after(0), TERMS) == FreshnessMinutes(0, 0, 0)


def test_a_gap_begins_when_the_last_reading_is_no_longer_good():
    at = after(0, 30, 100)

    assert gaps_in(at, TERMS, until=after(120)[0]) == [(after(60)[0], after(100)[0])]
    assert gaps_in(at[:1], TERMS, until=after(40)[0]) == [(after(30)[0], after(40)[0])]
    assert gaps_in([], TERMS, until=NOON) == []


@pytest.mark.parametrize(
    ("occupied", "capacity", "count"),
    [
        (107, 100, PublicCount(SpaceLevel.FULL, 0)),
        (100, 100, PublicCount(SpaceLevel.FULL, 0)),
        (96, 100, PublicCount(SpaceLevel.FEW, 4)),
        (60, 100, PublicCount(SpaceLevel.AVAILABLE, 40)),
        (3, 100, PublicCount(SpaceLevel.AVAILABLE, 100)),
        (4, 100, PublicCount(SpaceLevel.AVAILABLE, 96)),
        (970, 1_000, PublicCount(SpaceLevel.FEW, 30)),
        (0, 0, PublicCount(SpaceLevel.FULL, None)),
        (2, 2, PublicCount(SpaceLevel.FULL, None)),
        (1, 4, PublicCount(SpaceLevel.AVAILABLE, None)),
    ],
)
def test_no_single_car_can_be_read_from_what_is_told(occupied, capacity, count):
    assert public_count(occupied, capacity) == count


def test_there_are_never_fewer_places_than_none():
    assert free_places(107, 100) == 0
