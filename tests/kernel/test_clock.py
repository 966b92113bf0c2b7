"""Domain time, the Shanghai day, and how instants are read."""

from datetime import UTC, date, datetime, timedelta

import pytest

from district.kernel import clock
from district.kernel.clock import SHANGHAI


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]


def test_the_business_day_turns_at_midnight_in_shanghai():
    assert clock.business_day(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert clock.business_day(datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC)) == date(2026, 3, 2)


def test_the_next_day_begins_at_its_first_instant_even_when_asked_at_midnight():
    assert clock.start_of_next_day(at(2026, 12, 31, 23, 59)) == at(2027, 1, 1)
    assert clock.start_of_next_day(at(2026, 3, 1)) == at(2026, 3, 2)
    assert clock.start_of_day(date(2026, 3, 1)) == datetime(2026, 2, 28, 16, tzinfo=UTC)


def test_moving_domain_time_leaves_real_time_alone_and_ends_with_the_block():
    then = at(2019, 1, 1)

    with clock.travel_to(then):
        with clock.travel_to(then + timedelta(days=1)):
            assert clock.now() == then + timedelta(days=1)
        assert clock.now() == then
        assert clock.real_now() - then > timedelta(days=2000)

    assert clock.now() - clock.real_now() < timedelta(seconds=5)


def test_domain_time_comes_back_when_the_block_fails():
    with pytest.raises(ZeroDivisionError), clock.travel_to(at(2019, 1, 1)):
        raise ZeroDivisionError

    assert clock.now().year >= 2026


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T12:00:00+08:00", at(2026, 3, 1, 12)),
        ("2026-03-01T04:00:00Z", at(2026, 3, 1, 12)),
        ("2026-03-01t04:00:00z", at(2026, 3, 1, 12)),
        ("2026-02-28T23:00:00-05:00", at(2026, 3, 1, 12)),
        ("2026-03-01T12:00:00.25+08:00", at(2026, 3, 1, 12, 0, 0, 250_000)),
        ("2026-03-01T12:00:00.1234567+08:00", at(2026, 3, 1, 12, 0, 0, 123_456)),
        ("2000-01-01T00:00:00+08:00", at(2000, 1, 1)),
        ("2199-12-31T23:59:59+08:00", at(2199, 12, 31, 23, 59, 59)),
    ],
)
def test_reads_rfc_3339_into_shanghai_time(text, expected):
    read = clock.instant(text)

    assert read == expected
    assert read.tzinfo is SHANGHAI


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01T12:00:00",  # no offset
        "2026-03-01 12:00:00+08:00",
        "2026-03-01T12:00+08:00",
        "2026-03-01T12:00:00+0800",
        "2026-03-01T12:00:00+08:00 ",
        "2026-03-01T12:00:00+08:00\n",
        "20260301T120000Z",
        "2026-W09-7T12:00:00Z",
        "２０２６-03-01T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-03-01T24:30:00Z",
        "2026-03-01T12:00:60Z",
        "2026-03-01T12:00:00+99:99",
        "2026-03-01T12:00:00.1234567890Z",
        "1999-12-31T23:59:59+08:00",
        "2200-01-01T00:00:00+08:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1767225600",
        "now",
    ],
)
def test_refuses_what_is_not_an_instant_of_our_centuries(text):
    assert clock.instant(text) is None
