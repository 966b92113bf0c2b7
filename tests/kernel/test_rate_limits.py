"""Rate limits."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import transaction

from district.kernel.errors import TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.models import RateWindow
from tests.race import race

NINE = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def three_a_minute(settings):
    settings.RATE_LIMITS = {"knock": (3, 60), "ring": (1, 60)}
    settings.RATE_LIMITS_OFF = False
    return settings


@pytest.mark.django_db
def test_the_fourth_use_in_a_window_is_refused_with_the_time_to_wait():
    with time_machine.travel(NINE + timedelta(seconds=13), tick=False):
        for _ in range(3):
            rate_limits.hit("knock", "door")
        with pytest.raises(TooManyRequests) as refusal:
            rate_limits.hit("knock", "door")

    assert refusal.value.headers == {"Retry-After": "47"}


@pytest.mark.django_db
def test_the_next_window_starts_afresh():
    with time_machine.travel(NINE, tick=False) as now:
        for _ in range(3):
            rate_limits.hit("knock", "door")
        now.shift(59)
        with pytest.raises(TooManyRequests):
            rate_limits.hit("knock", "door")
        now.shift(1)
        rate_limits.hit("knock", "door")


@pytest.mark.django_db
def test_subjects_and_limits_are_counted_apart():
    with time_machine.travel(NINE, tick=False):
        for subject in ("door", "gate", 7):
            for _ in range(3):
                rate_limits.hit("knock", subject)
        rate_limits.hit("ring", "door")

        with pytest.raises(TooManyRequests):
            rate_limits.hit("ring", "door")


@pytest.mark.django_db
def test_who_is_counted_cannot_be_read_from_the_table():
    rate_limits.hit("knock", "13812341234")

    held = bytes(RateWindow.objects.get().subject)
    assert len(held) == 32
    assert b"1381234" not in held


@pytest.mark.django_db
def test_a_check_of_a_limit_counts_nothing():
    with time_machine.travel(NINE + timedelta(seconds=20), tick=False):
        for _ in range(10):
            rate_limits.require_within_limit("knock", "door")
        for _ in range(3):
            rate_limits.hit("knock", "door")
        with pytest.raises(TooManyRequests) as refusal:
            rate_limits.require_within_limit("knock", "door")

    assert refusal.value.retry_after == 40
    assert RateWindow.objects.get().hits == 3


@pytest.mark.django_db
def test_replay_counts_nothing(settings):
    settings.RATE_LIMITS_OFF = True

    for _ in range(5):
        rate_limits.hit("ring", "door")
        rate_limits.require_within_limit("ring", "door")
    assert not RateWindow.objects.exists()


def test_a_count_that_a_refusal_would_take_back_is_a_bug(real_db):
    with pytest.raises(RuntimeError, match="outside of transactions"), transaction.atomic():
        rate_limits.hit("knock", "door")


def test_of_twenty_at_the_same_instant_three_pass(real_db, settings):
    settings.RATE_LIMITS = {"knock": (3, 86_400)}

    outcomes = race(*[partial(rate_limits.hit, "knock", "door")] * 20)

    assert outcomes.count(None) == 3
    assert sum(isinstance(outcome, TooManyRequests) for outcome in outcomes) == 17
    assert RateWindow.objects.get().hits == 20
