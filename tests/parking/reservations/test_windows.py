"""Windows on the grid, what follows from them, and what else fits."""

from datetime import datetime, timedelta, timezone

import pytest

from parking.reservations.record import PastReservations, record_of
from parking.reservations.windows import (
    SLOT,
    Promises,
    Window,
    WindowProblem,
    WindowTerms,
    check_window,
    nearest_windows,
    promises,
    slot_of,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone(timedelta(hours=8)))
TERMS = WindowTerms(
    early=timedelta(minutes=30),
    late=timedelta(minutes=30),
    free_cancel=timedelta(minutes=45),
    longest=timedelta(hours=4),
    ahead=timedelta(days=7),
)


def window(start, minutes):
    return Window(NOON + timedelta(minutes=start), NOON + timedelta(minutes=start + minutes))


@pytest.mark.parametrize(
    ("start", "minutes", "reason"),
    [
        (60, 0, "order"),
        (60, -15, "order"),
        (61, 60, "grid"),
        (60, 50, "grid"),
        (-15, 60, "past"),
        (60, 255, "long"),
        (7 * 1440 + 15, 60, "far"),
    ],
)
def test_an_impossible_window_says_why(start, minutes, reason):
    with pytest.raises(WindowProblem) as refused:
        check_window(window(start, minutes), TERMS, at=NOON)

    assert refused.value.reason == reason


@pytest.mark.parametrize(("start", "minutes"), [(0, 15), (60, 240), (7 * 1440, 60)])
def test_a_window_may_reach_to_every_bound(start, minutes):
    check_window(window(start, minutes), TERMS, at=NOON + timedelta(minutes=14))


def test_what_is_promised_follows_from_the_terms():
    assert promises(window(120, 60), TERMS, at=NOON) == Promises(
        free_cancel_until=NOON + timedelta(minutes=75),
        admitted_from=NOON + timedelta(minutes=90),
        late_until=NOON + timedelta(minutes=150),
    )


def test_a_place_waits_no_longer_than_its_window():
    assert promises(window(120, 15), TERMS, at=NOON).late_until == NOON + timedelta(minutes=135)


def test_a_slot_begins_on_the_quarter():
    assert slot_of(NOON + timedelta(minutes=14, seconds=59)) == NOON
    assert window(0, 60).slots() == [NOON + SLOT * number for number in range(4)]


def test_the_nearest_windows_that_fit_come_first():
    free = [NOON + SLOT * number for number in (0, 1, 3, 4, 5, 8, 9)]

    found = nearest_windows(window(30, 30), free, not_before=NOON, limit=3)

    assert found == [window(45, 30), window(0, 30), window(60, 30)]
    assert nearest_windows(window(30, 60), free, not_before=NOON, limit=3) == []


@pytest.mark.parametrize(
    ("past", "good"),
    [
        ((3, 1, 1, 1, 0), True),
        ((2, 0, 0, 0, 0), False),
        ((9, 2, 0, 0, 0), False),
        ((9, 0, 2, 0, 0), False),
        ((9, 0, 0, 2, 0), False),
        ((9, 0, 0, 0, 1), False),
    ],
)
def test_a_record_is_good_when_each_of_its_lines_is(past, good):
    record = record_of(PastReservations(*past))

    assert record.is_good is good
    assert [line.count for line in record.lines] == list(past)
