"""Hours, workdays, and nights that go on past midnight."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from coupons.engine.schedule import DayKind, Schedule, TimeWindow

SHANGHAI = ZoneInfo("Asia/Shanghai")
# National Day 2026: a holiday from Thursday, and a Saturday made a workday for it.
HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)}
MADE_UP = {date(2026, 10, 10)}


def is_workday(day):
    return day in MADE_UP or (day not in HOLIDAYS and day.isoweekday() < 6)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


NIGHT = TimeWindow(start=18 * 60, end=2 * 60)
FAR = at("2027-12-31")


@pytest.mark.parametrize(
    ("instant", "open_then"),
    [
        ("2026-11-27 17:59:59", False),
        ("2026-11-27 18:00", True),
        ("2026-11-28 01:59:59.999999", True),
        ("2026-11-28 02:00", False),
    ],
)
def test_a_night_goes_on_past_midnight(instant, open_then):
    assert Schedule((NIGHT,)).open_at(at(instant), is_workday) is open_then


def test_a_night_belongs_to_the_day_it_began_on():
    friday = Schedule((TimeWindow(start=18 * 60, end=2 * 60, weekdays=frozenset({5})),))

    assert friday.open_at(at("2026-11-28 01:00"), is_workday)
    assert not friday.open_at(at("2026-11-27 01:00"), is_workday)


def test_a_made_up_saturday_is_a_workday_and_a_thursday_of_the_holiday_is_none():
    lunch = Schedule((TimeWindow(start=11 * 60, end=14 * 60, kind=DayKind.WORKDAY),))

    assert lunch.open_at(at("2026-10-10 12:00"), is_workday)
    assert not lunch.open_at(at("2026-10-01 12:00"), is_workday)
    assert lunch.opens_after(at("2026-09-30 14:00"), FAR, is_workday) == at("2026-10-08 11:00")


def test_a_day_of_never_wins_over_a_night_that_reaches_into_it():
    times = Schedule((NIGHT,), never=((date(2026, 12, 24), date(2026, 12, 25)),))

    assert times.open_at(at("2026-12-23 23:59"), is_workday)
    assert not times.open_at(at("2026-12-24 00:00"), is_workday)
    # The night that began on the last day of never is open from midnight on.
    assert times.opens_after(at("2026-12-24 12:00"), FAR, is_workday) == at("2026-12-26 00:00")


def test_nothing_opens_after_the_coupon_has_ended():
    times = Schedule((TimeWindow(weekdays=frozenset({1})),))

    assert times.opens_after(at("2026-11-27 12:00"), at("2026-11-30"), is_workday) is None
    assert times.opens_after(at("2026-11-27 12:00"), at("2026-11-30 00:01"), is_workday) == at(
        "2026-11-30"
    )


windows = some.builds(
    TimeWindow,
    start=some.integers(0, 24 * 60 - 1),
    end=some.integers(0, 24 * 60),
    weekdays=some.frozensets(some.integers(1, 7), min_size=1),
    kind=some.sampled_from(DayKind),
)


@given(
    times=some.builds(Schedule, some.lists(windows, min_size=1, max_size=3).map(tuple)),
    minutes=some.integers(0, 30 * 24 * 60),
)
def test_between_now_and_the_next_opening_it_stays_shut(times, minutes):
    now = at("2026-09-20") + timedelta(minutes=minutes)
    until = now + timedelta(days=20)
    opening = times.opens_after(now, until, is_workday)

    if times.open_at(now, is_workday):
        return
    minute, end = now + timedelta(minutes=1), opening or until
    while minute < end:
        assert not times.open_at(minute, is_workday)
        minute += timedelta(minutes=7)
    assert opening is None or times.open_at(opening, is_workday)
