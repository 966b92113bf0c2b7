"""The forecast: exact on a past that repeats itself, honest where there is none."""

from datetime import UTC, datetime, timedelta

import pytest

from parking.availability.forecast import (
    Observation,
    forecast,
    naive_forecast,
    nearest,
    windows,
)

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


def weekly(share, *, weeks=6, at=NOON):
    return [Observation(at - week * WEEK, share) for week in range(weeks, 0, -1)]


def test_a_week_like_all_others_is_forecast_as_they_were():
    expected = forecast(weekly(0.6), known_until=NOON - HOUR, target=NOON)

    assert (expected.share, expected.weeks) == (pytest.approx(0.6), 6)


def test_newer_weeks_weigh_more():
    history = [Observation(NOON - 2 * WEEK, 0.0), Observation(NOON - WEEK, 1.0)]

    assert forecast(history, known_until=NOON, target=NOON).share == pytest.approx(1 / 1.85)


def test_what_sets_today_apart_counts_and_fades():
    now = NOON - HOUR
    history = sorted(
        [
            *weekly(0.5),
            *weekly(0.5, at=now),
            *weekly(0.5, at=now + 8 * HOUR),
            Observation(now, 0.9),
        ],
        key=lambda observation: observation.at,
    )

    soon = forecast(history, known_until=now, target=NOON)
    late = forecast(history, known_until=now, target=now + 8 * HOUR)
    assert soon.share == pytest.approx(0.5 + 0.4 * 0.5 ** (1 / 8))
    assert late.share == pytest.approx(0.7)


def test_what_was_not_known_yet_counts_for_nothing():
    history = [*weekly(0.5), Observation(NOON - timedelta(minutes=30), 1.0)]

    assert forecast(history, known_until=NOON - HOUR, target=NOON).share == pytest.approx(0.5)


def test_without_a_past_of_that_time_nothing_is_said():
    assert forecast([], known_until=NOON, target=NOON) is None
    assert forecast(weekly(0.5, at=NOON + HOUR), known_until=NOON, target=NOON) is None


def test_a_share_stays_between_none_and_all():
    now = NOON - HOUR
    history = [*weekly(0.9), *weekly(0.1, at=now), Observation(now, 0.9)]

    result = forecast(sorted(history, key=lambda o: o.at), known_until=now, target=NOON)
    assert result.share == 1.0


def test_the_naive_forecast_is_the_reading_nearest_to_a_week_ago():
    off = timedelta(minutes=15)
    history = [Observation(NOON - WEEK - off, 0.2), Observation(NOON - WEEK + off / 2, 0.4)]

    assert naive_forecast(history, NOON).share == 0.4
    assert naive_forecast(history[:1], NOON).share == 0.2
    assert naive_forecast(history[:1], NOON + timedelta(minutes=1)) is None
    assert nearest([], NOON) is None


def test_the_windows_hold_all_that_a_forecast_looks_at():
    spans = windows(NOON, NOON - HOUR)

    assert len(spans) == 12
    assert all(
        any(start <= NOON - week * WEEK - ahead <= end for start, end in spans)
        for week in range(1, 7)
        for ahead in (timedelta(0), HOUR)
    )
