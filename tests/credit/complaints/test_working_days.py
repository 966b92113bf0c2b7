"""Where terms end: the vectors of the design, and what no calendar may break."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.complaints.machine.working_days import (
    SHANGHAI,
    ClockTerm,
    TabledCalendar,
    TermUnit,
    advance,
    midnight,
    moved_by,
    term_end,
    working_time,
)
from tests.credit.complaints.case_steps import CALENDAR, instant

DAYS, HOURS, WORKING = TermUnit.DAYS, TermUnit.HOURS, TermUnit.WORKING_DAYS
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 3, 1)).map(
    lambda at: at.replace(tzinfo=SHANGHAI)
)


@pytest.mark.parametrize(
    ("trigger", "amount", "end"),
    [
        ("2026-02-12", 2, "2026-02-14"),
        ("2026-02-12", 5, "2026-02-26"),
        ("2026-02-12", 7, "2026-02-28"),
        ("2026-02-12", 10, "2026-03-04"),
        ("2026-04-30", 2, "2026-05-07"),
        ("2026-04-30", 7, "2026-05-13"),
        ("2026-09-28", 2, "2026-09-30"),
        ("2026-09-28", 5, "2026-10-10"),
        ("2026-09-28", 7, "2026-10-13"),
        ("2026-09-28", 10, "2026-10-16"),
        ("2025-09-28", 7, "2025-10-14"),
        ("2026-01-01", 2, "2026-01-05"),
        ("2026-01-01", 7, "2026-01-12"),
        ("2026-05-08", 2, "2026-05-11"),
    ],
)
def test_working_days_count_from_the_day_after_and_end_at_midnight(trigger, amount, end):
    last_day = date.fromisoformat(end)

    # The hour of the trigger makes no difference.
    for hour in (0, 23):
        found = term_end(instant(f"{trigger}T{hour:02}:59"), ClockTerm(amount, WORKING), CALENDAR)
        assert found.last_day == last_day
        assert found.due_at == midnight(last_day + timedelta(days=1))
        assert not found.is_provisional


@pytest.mark.parametrize(
    ("trigger", "nominal", "last", "is_provisional"),
    [
        ("2026-08-02", "2026-10-01", "2026-10-08", False),
        ("2026-02-12", "2026-04-13", "2026-04-13", False),
        # Nobody has published 2027 yet; 31 January is a Sunday.
        ("2026-12-02", "2027-01-31", "2027-02-01", True),
    ],
)
def test_sixty_natural_days_go_on_to_a_working_day(trigger, nominal, last, is_provisional):
    found = term_end(instant(f"{trigger}T10:00"), ClockTerm(60, DAYS), CALENDAR)

    assert (found.nominal_day, found.last_day) == (
        date.fromisoformat(nominal),
        date.fromisoformat(last),
    )
    assert found.is_provisional is is_provisional


def test_hours_run_through_nights_and_holidays_and_are_never_provisional():
    found = term_end(instant("2026-12-31T18:30"), ClockTerm(48, HOURS), CALENDAR)

    assert found.due_at == instant("2027-01-02T18:30")
    assert not found.is_provisional


def test_an_unpublished_year_has_its_fixed_holidays_and_no_make_up_workday():
    off = [
        day
        for day in (date(2027, 1, 1) + timedelta(days=n) for n in range(365))
        if day.weekday() < 5 and not CALENDAR.is_workday(day)
    ]

    assert [day.isoformat() for day in off] == ["2027-01-01", "2027-10-01"]
    assert CALENDAR.is_provisional(date(2027, 6, 1))
    assert not CALENDAR.is_workday(date(2027, 5, 1))


def test_the_calendar_of_2026_is_the_state_councils():
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]

    weekend_work = [day for day in year if day.weekday() >= 5 and CALENDAR.is_workday(day)]
    assert [f"{day:%m-%d}" for day in weekend_work] == [
        "01-04", "02-14", "02-28", "05-09", "09-20", "10-10"
    ]  # fmt: skip
    assert sum(day.weekday() < 5 and not CALENDAR.is_workday(day) for day in year) == 19


def test_a_calendars_version_changes_with_what_it_says_and_not_with_the_order_of_its_rows():
    rows = list(CALENDAR.days.items())

    assert TabledCalendar.of(reversed(rows), CALENDAR.years).version == CALENDAR.version
    assert TabledCalendar.of(rows[1:], CALENDAR.years).version != CALENDAR.version
    assert TabledCalendar.of(rows, CALENDAR.years | {2027}).version != CALENDAR.version


@given(at=INSTANTS, minutes=st.integers(0, 60_000))
def test_to_advance_is_to_let_exactly_so_much_working_time_pass(at, minutes):
    amount = timedelta(minutes=minutes)

    assert working_time(at, advance(at, amount, CALENDAR), CALENDAR) == amount


@given(
    at=INSTANTS,
    amount=st.integers(1, 30),
    start=st.integers(0, 5_000),
    length=st.integers(0, 20_000),
)
def test_a_pause_moves_a_term_by_exactly_the_working_time_it_took(at, amount, start, length):
    due_at = term_end(at, ClockTerm(amount, WORKING), CALENDAR).due_at
    paused_at = min(at + timedelta(minutes=start), due_at)
    resumed_at = paused_at + timedelta(minutes=length)

    moved = moved_by(due_at, WORKING, (paused_at, resumed_at), CALENDAR)

    assert working_time(due_at, moved, CALENDAR) == working_time(paused_at, resumed_at, CALENDAR)


def test_a_pause_over_a_holiday_costs_hours_and_no_working_day():
    paused = (instant("2026-10-01T00:00"), instant("2026-10-08T00:00"))
    due_at = instant("2026-10-10T12:00")

    assert moved_by(due_at, WORKING, paused, CALENDAR) == due_at
    assert moved_by(due_at, HOURS, paused, CALENDAR) == instant("2026-10-17T12:00")


def test_a_natural_term_that_a_pause_moves_onto_a_day_off_goes_on():
    paused = (instant("2026-09-01T00:00"), instant("2026-09-08T00:00"))

    # 26 September is a Saturday, the Mid-Autumn holiday's second day.
    assert moved_by(instant("2026-09-20T00:00"), DAYS, paused, CALENDAR) == instant(
        "2026-09-29T00:00"
    )
