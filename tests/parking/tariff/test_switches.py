"""What cities leave open is said by a switch, and each side of it is pinned here."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from parking.tariff.document import read_tariff
from parking.tariff.pricing import price
from parking.tariff.values import LineKind, StayContext, VehicleClass

SHANGHAI = ZoneInfo("Asia/Shanghai")
SMALL = VehicleClass.SMALL
HOURLY = [{"unit_minutes": 60, "price_fen": 500}]
# The first hour 10, then 2.
FALLING = [
    {"unit_minutes": 60, "price_fen": 1000, "until_minutes": 60},
    {"unit_minutes": 60, "price_fen": 200},
]


def document(bands=None, **members):
    bands = bands or [{"name": "全天", "start": "00:00", "end": "24:00", "tiers": HOURLY}]
    return {
        "schema": 1,
        "timezone": "Asia/Shanghai",
        "day_start": "00:00",
        "rounding": "per_band",
        "tier_clock": "visit",
        "tables": [{"name": "每天", "bands": bands}],
    } | members


def day_and_night(day, night, start="08:00", end="20:00"):
    return [
        {"name": "白天", "start": start, "end": end, **day},
        {"name": "夜间", "start": end, "end": start, **night},
    ]


def at(text):
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=SHANGHAI)


def quote(tariff, begin, end, **context):
    return price(read_tariff(tariff), None, SMALL, at(begin), at(end), StayContext(**context))


def fee(tariff, begin, end, **context):
    return quote(tariff, begin, end, **context).gross_fen


def grace(minutes=15, mode="free_if_within", limit="free", scope="visit"):
    return {"minutes": minutes, "mode": mode, "limit": limit, "scope": scope}


@pytest.mark.parametrize(
    ("begin", "end", "minutes", "fen"),
    [
        ("25 10:00:00", "25 11:00:59", 60, 500),
        ("25 10:00:00", "25 11:01:00", 61, 1000),
        # The minute of the entry does not count either.
        ("25 10:00:59", "25 11:01:59", 60, 500),
        ("25 10:00:01", "25 11:02:00", 61, 1000),
        ("25 10:00:01", "25 10:00:59", 0, 0),
        ("25 10:00:01", "25 10:01:59", 0, 0),
        ("25 10:00:00", "25 10:00:00", 0, 0),
        ("25 10:00:00", "25 10:01:00", 1, 500),
    ],
)
def test_a_started_minute_does_not_count(begin, end, minutes, fen):
    answer = quote(document(), begin, end)

    assert (answer.minutes, answer.gross_fen) == (minutes, fen)


@pytest.mark.parametrize(("limit", "fen"), [("free", [0, 0, 500]), ("charged", [0, 500, 500])])
def test_a_stay_of_exactly_the_grace(limit, fen):
    tariff = document(grace=grace(limit=limit))

    assert [fee(tariff, "25 10:00", f"25 10:{end}") for end in (14, 15, 16)] == fen


def test_grace_is_charged_from_the_start_or_always_taken_off():
    stay = ("25 10:00", "25 11:10")

    assert fee(document(grace=grace()), *stay) == 1000
    assert fee(document(grace=grace(mode="deduct")), *stay) == 500


def test_grace_once_a_day_is_gone_once_it_was_used():
    stay = ("25 10:00", "25 10:10")

    assert fee(document(grace=grace(scope="day")), *stay, grace_used=False) == 0
    assert fee(document(grace=grace(scope="day")), *stay, grace_used=True) == 500
    assert fee(document(grace=grace(scope="visit")), *stay, grace_used=True) == 0


@pytest.mark.parametrize(
    ("clock", "fen"),
    [
        # 9:00 to 9:00 the day after the next: the first hour once, at each 08:00, or in each band.
        ("visit", 1000 + 47 * 200),
        ("day", 3 * 1000 + 45 * 200),
        ("band", 5 * 1000 + 43 * 200),
    ],
)
def test_the_clock_of_the_tiers(clock, fen):
    tariff = document(
        day_and_night({"tiers": FALLING}, {"tiers": FALLING}), tier_clock=clock, day_start="08:00"
    )

    assert fee(tariff, "25 09:00", "27 09:00") == fen


def test_a_unit_is_of_the_tier_in_which_it_begins():
    tariff = document(day_and_night({"tiers": FALLING}, {"free": True}, start="08:00"))

    # 7:30 to 8:00 is free and does not count; 9:00 begins the second hour.
    assert fee(tariff, "25 07:30", "25 09:00") == 1000
    assert fee(tariff, "25 07:30", "25 09:01") == 1200


def test_a_unit_that_runs_over_a_whole_flat_band_pays_nothing_there_and_its_minutes_count():
    bands = [
        {"name": "白天", "start": "00:00", "end": "20:00", "tiers": [{"unit_minutes": 120, "price_fen": 500}]},
        {"name": "晚间", "start": "20:00", "end": "21:00", "flat_fen": 300, "flat_scope": "band"},
        {
            "name": "夜间",
            "start": "21:00",
            "end": "24:00",
            "tiers": [
                {"unit_minutes": 60, "price_fen": 100, "until_minutes": 90},
                {"unit_minutes": 60, "price_fen": 10},
            ],
        },
    ]  # fmt: skip

    assert fee(document(bands, rounding="anchored_units"), "25 19:30", "25 22:00") == 500 + 10
    assert fee(document(bands), "25 19:30", "25 22:00") == 500 + 300 + 10


def test_a_flat_price_in_every_night_or_once_in_a_visit():
    def tariff(scope):
        night = {"flat_fen": 500, "flat_scope": scope}
        return document(day_and_night({"tiers": HOURLY}, night))

    stay = ("25 21:00", "28 07:00")

    assert fee(tariff("band"), *stay) == 3 * 500 + 24 * 500
    assert fee(tariff("visit"), *stay) == 500 + 24 * 500


def test_a_night_is_one_band_whether_or_not_the_day_begins_in_it():
    night = {"tiers": HOURLY, "cap_fen": 1000}

    for day_start in ("00:00", "08:00", "03:30"):
        tariff = document(day_and_night({"tiers": HOURLY}, night), day_start=day_start)
        assert fee(tariff, "25 21:00", "26 07:00") == 1000
        assert fee(tariff, "25 21:00", "27 07:00") == 1000 + 12 * 500 + 1000


def test_a_band_of_a_whole_day_begins_anew_every_day():
    whole = [{"name": "全天", "start": "08:00", "end": "08:00", "tiers": HOURLY, "cap_fen": 1000}]

    assert fee(document(whole), "25 07:00", "26 09:00") == 500 + 1000 + 500


@pytest.mark.parametrize(
    ("day_start", "fen"),
    [
        # Entry at 22:00: the cap of the day is met anew at midnight, at 08:00, or never before 22:00.
        ("00:00", 1000 + 1200),
        ("08:00", 1200 + 1000),
        ("22:00", 1200),
    ],
)
def test_the_cap_of_a_day_begins_when_the_day_does(day_start, fen):
    tariff = document(day_start=day_start, caps={"day_fen": 1200})

    assert fee(tariff, "25 22:00", "26 10:00") == fen


def test_the_cap_of_24_hours_begins_at_the_entry():
    tariff = document(caps={"rolling_24h_fen": 1200})

    assert fee(tariff, "25 22:00", "26 22:00") == 1200
    assert fee(tariff, "25 22:00", "26 22:01") == 1700


def test_the_cap_of_a_visit_is_the_last():
    tariff = document(caps={"visit_fen": 1250, "day_fen": 1250})
    capped = quote(tariff, "25 22:00", "29 22:00")

    assert (capped.gross_fen, capped.next_change_at, capped.next_gross_fen) == (1250, None, None)
    assert fee(tariff, "25 22:00", "26 00:00") == 1000


def test_multipliers_round_once_and_half_up():
    tariff = document(
        vehicles={"small": {"multiplier_bp": 3333, "scales_caps": False}},
        electric={"free_minutes": 0, "multiplier_bp": 5000, "scales_caps": False},
    )

    # 166.65 and 83.325; rounding twice would make it 84.
    assert fee(tariff, "25 10:00", "25 11:00") == 167
    assert fee(tariff, "25 10:00", "25 11:00", is_electric=True) == 83


@pytest.mark.parametrize(("scales", "fen"), [(True, 2400), (False, 1200)])
def test_caps_are_scaled_where_it_is_said(scales, fen):
    tariff = document(
        caps={"day_fen": 1200},
        vehicles={"small": {"multiplier_bp": 20000, "scales_caps": scales}},
    )

    assert fee(tariff, "25 00:00", "26 00:00") == fen


def test_credited_minutes_are_the_first_or_the_last_whichever_is_cheaper():
    tariff = document(
        day_and_night({"tiers": HOURLY}, {"tiers": [{"unit_minutes": 60, "price_fen": 100}]})
    )

    into_night = quote(tariff, "25 18:00", "25 22:00", credit_minutes=120)
    into_day = quote(tariff, "25 06:00", "25 10:00", credit_minutes=120)

    assert (into_night.gross_fen, into_day.gross_fen) == (200, 200)
    assert into_night.lines[0][:3] == (LineKind.CREDIT, "credit", at("25 18:00"))
    assert into_day.lines[-1][:2] == (LineKind.CREDIT, "credit")
    assert into_day.lines[-1].ends_at == at("25 10:00")


def test_the_grace_looks_at_what_credits_leave():
    tariff = document(grace=grace())

    answer = quote(tariff, "25 10:00", "25 12:10", credit_minutes=120)

    assert (answer.gross_fen, answer.free_until, answer.next_gross_fen) == (0, at("25 12:16"), 500)
    assert fee(tariff, "25 10:00", "25 12:16", credit_minutes=120) == 500


def test_the_next_change_is_of_the_cheaper_placement():
    tariff = document(
        day_and_night({"tiers": HOURLY}, {"tiers": [{"unit_minutes": 60, "price_fen": 100}]})
    )
    minute = timedelta(minutes=1)

    for end in (at("25 18:00") + step * 7 * minute for step in range(150)):
        answer = price(
            read_tariff(tariff), None, SMALL, at("25 18:00"), end, StayContext(credit_minutes=90)
        )
        fees = [
            price(
                read_tariff(tariff),
                None,
                SMALL,
                at("25 18:00"),
                then,
                StayContext(credit_minutes=90),
            ).gross_fen
            for then in (answer.next_change_at - minute, answer.next_change_at)
        ]
        assert fees == [answer.gross_fen, answer.next_gross_fen]


def test_local_time_is_that_of_the_car_park_when_clocks_change():
    # Berlin, 29 March 2026: 02:00 to 03:00 does not exist; 25 October: it comes twice.
    berlin = ZoneInfo("Europe/Berlin")
    bands = day_and_night(
        {"tiers": HOURLY}, {"tiers": [{"unit_minutes": 60, "price_fen": 100}]}, "02:30", "20:00"
    )
    rules = read_tariff(document(bands, timezone="Europe/Berlin"))

    def between(begin, end):
        return price(
            rules,
            None,
            SMALL,
            *(datetime.fromisoformat(text).replace(tzinfo=berlin) for text in (begin, end)),
        )

    spring, autumn = (
        between("2026-03-29 01:00", "2026-03-29 04:00"),
        between("2026-10-25 01:00", "2026-10-25 04:00"),
    )
    assert (spring.minutes, spring.gross_fen) == (120, 100 + 500)
    assert (autumn.minutes, autumn.gross_fen) == (240, 2 * 100 + 3 * 500)


@pytest.mark.parametrize(
    ("begin", "end", "credit"),
    [
        (datetime(2026, 11, 25, 10), at("25 11:00"), 0),
        (at("25 10:00"), datetime(2026, 11, 25, 11), 0),
        (at("25 10:00"), at("25 09:59"), 0),
        (at("25 10:00"), at("25 11:00"), -1),
    ],
)
def test_nonsense_is_not_priced(begin, end, credit):
    with pytest.raises(ValueError, match=r"instants|a stay ends"):
        price(read_tariff(document()), None, SMALL, begin, end, StayContext(credit_minutes=credit))
