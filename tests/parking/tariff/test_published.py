"""What published tariffs cost: computed by hand from what the cities say."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from parking.tariff.document import read_tariff
from parking.tariff.examples import published_tariffs
from parking.tariff.pricing import price
from parking.tariff.values import LineKind, StayContext, VehicleClass
from tests.parking.tariff.minute_oracle import MinuteOracle

SHANGHAI = ZoneInfo("Asia/Shanghai")
SMALL, LARGE, MOTORCYCLE = VehicleClass.SMALL, VehicleClass.LARGE, VehicleClass.MOTORCYCLE


def class_of(day: date) -> str:
    """2026 as the State Council arranged it, as far as these stays meet it."""
    if date(2026, 10, 1) <= day <= date(2026, 10, 7) or date(2026, 2, 15) <= day <= date(
        2026, 2, 23
    ):
        return "holiday_major"
    if date(2026, 9, 25) <= day <= date(2026, 9, 27):
        return "holiday_minor"
    if day in {date(2026, 9, 20), date(2026, 10, 10)}:
        return "makeup_workday"
    return "weekend" if day.isoweekday() > 5 else "workday"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def check(key, begin, end, yuan, vehicle=SMALL, **changes):
    document = published_tariffs()[key].document | changes
    quote = price(read_tariff(document), class_of, vehicle, at(begin), at(end))
    oracle = MinuteOracle(document, class_of, vehicle).fee(at(begin), at(end))

    assert (quote.gross_fen, oracle) == (yuan * 100, yuan * 100)
    assert sum(line.amount_fen for line in quote.lines) == quote.gross_fen


@pytest.mark.parametrize(
    ("begin", "end", "yuan"),
    [
        ("11-25 10:00", "11-25 10:15", 0),
        ("11-25 10:00", "11-25 10:16", 3),
        ("11-25 10:00", "11-25 11:00", 6),
        ("11-25 10:00", "11-25 11:01", 10),
        ("11-25 10:00", "11-25 12:10", 18),
        ("11-25 20:00", "11-25 22:00", 9),
        ("11-25 20:10", "11-25 20:40", 5),
        ("11-25 21:00", "11-26 07:00", 10),
        ("11-25 19:30", "11-26 08:00", 20),
    ],
)
def test_the_worked_examples_of_chongqings_key_areas(begin, end, yuan):
    check("chongqing_key_area", begin, end, yuan)


def test_units_that_belong_to_the_band_they_begin_in_run_on():
    stay = ("chongqing_key_area", "11-25 20:10", "11-25 20:40")

    check(*stay, 3, rounding="anchored_units")
    check(*stay, 5, rounding="per_band")


@pytest.mark.parametrize(
    ("begin", "end", "yuan"),
    [
        ("11-25 10:00", "11-25 11:00", 4),
        ("11-25 10:00", "11-25 12:00", 9),
        ("11-25 20:00", "11-25 22:00", 5),
        ("11-25 21:00", "11-26 07:00", 5),
        # 13 hours by day, 11 by night: 2 x 2 + 24 x 2.5 + 5.
        ("11-25 07:30", "11-26 07:30", 69),
    ],
)
def test_chongqings_general_areas(begin, end, yuan):
    check("chongqing_general_area", begin, end, yuan)


@pytest.mark.parametrize(
    ("begin", "end", "vehicle", "yuan"),
    [
        ("11-25 10:00", "11-25 11:00", SMALL, 10),
        ("11-25 10:00", "11-25 12:00", SMALL, 22),
        ("11-25 19:00", "11-25 23:00", SMALL, 15),
        ("11-25 21:00", "11-26 07:00", SMALL, 5),
        # Two nights and the day between: 5 + 24 x 6 + 5.
        ("11-25 21:00", "11-27 07:00", SMALL, 154),
        ("11-25 10:00", "11-25 12:00", LARGE, 44),
        ("11-25 10:00", "11-25 12:00", MOTORCYCLE, 11),
        # The Spring Festival is free, National Day is not.
        ("02-17 10:00", "02-17 12:00", SMALL, 0),
        ("10-01 10:00", "10-01 12:00", SMALL, 22),
    ],
)
def test_hangzhous_core_zone(begin, end, vehicle, yuan):
    check("hangzhou_core_zone", begin, end, yuan, vehicle)


@pytest.mark.parametrize(
    ("begin", "end", "yuan"),
    [
        # National Day: 30 the first hour, a half hour of 15.
        ("10-01 10:00", "10-01 11:20", 45),
        # A lone holiday; a weekend of the season; a make-up Saturday and a weekend out of season are plain days.
        ("09-25 10:00", "09-25 11:20", 30),
        ("10-17 10:00", "10-17 11:20", 30),
        ("10-10 10:00", "10-10 11:20", 15),
        ("12-05 10:00", "12-05 11:20", 15),
        ("10-14 10:00", "10-14 11:20", 15),
        # The night before National Day is of the day it began on, and of one price.
        ("09-30 19:00", "10-01 07:59", 15),
        ("09-30 19:00", "10-01 08:01", 30),
    ],
)
def test_west_lake_by_the_class_of_the_day(begin, end, yuan):
    check("west_lake", begin, end, yuan)


def test_a_mall_with_a_cap_in_24_hours():
    check("mall_24h_cap", "11-25 10:00", "11-25 20:00", 60)
    check("mall_24h_cap", "11-25 10:00", "11-26 09:59", 60)
    check("mall_24h_cap", "11-25 10:00", "11-26 10:01", 61.5)
    check("mall_24h_cap", "11-25 10:00", "11-27 10:00", 120)


@pytest.mark.parametrize("key", published_tariffs())
def test_every_published_tariff_says_that_it_must_be_verified(key):
    published = published_tariffs()[key]

    assert published.verify_before_use
    assert published.title
    assert "非官方" in published.notes
    assert read_tariff(published.document).sha256


def test_lines_explain_a_capped_night():
    rules = read_tariff(published_tariffs()["chongqing_key_area"].document)

    quote = price(rules, class_of, SMALL, at("11-25 19:30"), at("11-26 08:00"))

    assert [
        (line.kind, line.rule, line.units, line.unit_price_fen, line.amount_fen,
         f"{line.starts_at.astimezone(SHANGHAI):%H:%M}", f"{line.ends_at.astimezone(SHANGHAI):%H:%M}")
        for line in quote.lines
    ] == [
        (LineKind.CHARGE, "每天/白天/1", 2, 300, 600, "19:30", "20:30"),
        (LineKind.CHARGE, "每天/夜间/1", 22, 200, 4400, "20:30", "07:30"),
        (LineKind.CHARGE, "每天/白天/2", 1, 400, 400, "07:30", "08:00"),
        (LineKind.CAP, "每天/夜间/cap", 0, 0, -3400, "20:30", "07:30"),
    ]  # fmt: skip
    assert (quote.gross_fen, quote.minutes) == (2000, 750)


def test_a_quote_says_how_long_it_holds():
    rules = read_tariff(published_tariffs()["chongqing_key_area"].document)

    free = price(rules, class_of, SMALL, at("11-25 10:00"), at("11-25 10:05"))
    capped = price(rules, class_of, SMALL, at("11-25 21:00"), at("11-26 01:00"))

    assert (free.gross_fen, free.free_until, free.next_change_at, free.next_gross_fen) == (
        0, at("11-25 10:16"), at("11-25 10:16"), 300,
    )  # fmt: skip
    # Under the night's cap nothing changes before the day: 1 unit, after the first hour.
    assert (capped.gross_fen, capped.free_until, capped.next_change_at, capped.next_gross_fen) == (
        1000, at("11-25 21:16"), at("11-26 07:31"), 1400,
    )  # fmt: skip


def test_a_free_vehicle_pays_nothing_and_never_will():
    rules = read_tariff(published_tariffs()["mall_24h_cap"].document)

    quote = price(rules, class_of, VehicleClass.SPECIAL, at("11-25 10:00"), at("11-28 10:05"))

    assert (quote.gross_fen, quote.free_until, quote.next_change_at) == (0, None, None)
    assert [(line.kind, line.rule) for line in quote.lines] == [(LineKind.FREE, "vehicle")]


def test_an_electric_cars_first_hour_is_free():
    rules = read_tariff(published_tariffs()["mall_24h_cap"].document)
    electric = StayContext(is_electric=True)

    quotes = [
        price(rules, class_of, SMALL, at("11-25 10:00"), at(end), electric)
        for end in ("11-25 11:00", "11-25 11:01")
    ]

    assert [quote.gross_fen for quote in quotes] == [0, 150]
    assert quotes[0].next_change_at == at("11-25 11:01")
