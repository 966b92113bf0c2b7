"""What anybody hears of car parks: near where they go, how full now and later, and where else."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.merchants.services import Stretch
from parking import services as parking
from parking.queries.car_parks import is_open
from parking.register.coordinates import GeoPoint, wgs84_to_gcj02
from tests.factories.merchants import make_merchant, make_store, make_venue
from tests.factories.parking import make_car_park, make_feed, make_pool, report
from tests.factories.tariffs import make_tariff, make_tariff_draft, make_tariff_version

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/parking/car-parks"
HERE = {"latitude": Decimal("30.25"), "longitude": Decimal("120.16")}


def north(metres, **system):
    """A place so many metres north of here."""
    return {
        "latitude": HERE["latitude"] + round(Decimal(metres) / Decimal(111_195), 6),
        "longitude": HERE["longitude"],
    } | system


def get(path="", /, **query):
    answer = Client().get(ADDRESS + path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def names(**query):
    return [row["name"] for row in get(**query)["results"]]


def near(**query):
    return names(latitude="30.25", longitude="120.16", **query)


def make_counted(occupied=40, *, ago=timedelta(0), capacity=100, bay_class="standard", **details):
    """A car park whose pool was counted so long ago."""
    pool = make_pool(
        make_car_park(feed=make_feed(), **details), capacity=capacity, bay_class=bay_class
    )
    if occupied is not None:
        report(pool, occupied, measured_at=timezone.now() - ago)
    return pool


def pool_of(pool, **query):
    body = get(f"/{pool.car_park.public_id}", **query)
    (row,) = [row for row in body["pools"] if row["id"] == pool.public_id]
    return body, row


def test_the_nearest_come_first_and_the_unknown_last():
    make_counted(name="远", **north(900))
    make_counted(name="近", **north(100))
    make_counted(None, name="不明", **north(10))
    make_counted(name="过期", ago=timedelta(minutes=31), **north(20))

    assert near() == ["近", "远", "不明", "过期"]
    assert near(limit=1) == ["近"]


def test_the_way_on_foot_is_told():
    make_counted(**north(1_000))

    (row,) = get(latitude="30.25", longitude="120.16")["results"]
    assert (row["walking_metres"], row["walking_minutes"]) == (pytest.approx(1_300, abs=2), 18)


def test_coordinates_of_both_systems_are_one_place():
    wgs84 = GeoPoint(30.25, 120.16)
    gcj02 = wgs84_to_gcj02(wgs84)
    make_counted(coordinate_system="wgs84", **HERE)

    asked = {"latitude": str(wgs84.latitude), "longitude": str(wgs84.longitude)}
    (row,) = get(**asked, coordinate_system="wgs84")["results"]
    assert row["walking_metres"] == 0
    assert (row["latitude"], row["longitude"]) == pytest.approx(
        (gcj02.latitude, gcj02.longitude), abs=1e-6
    )
    (row,) = get(**asked)["results"]
    assert row["walking_metres"] > 500


def test_a_store_is_a_destination_with_or_without_a_position():
    placed = make_store(venue=make_venue(**HERE))
    unplaced = make_store(venue=make_venue())
    make_counted(name="路边", **north(50))
    make_counted(name="商场", venue=unplaced.venue)

    assert names(store=placed.public_id) == ["路边", "商场"]
    assert names(store=unplaced.public_id) == ["商场", "路边"]


def test_only_car_parks_with_bays_of_the_class_are_listed():
    make_counted(name="充电", bay_class="ev", **north(500))
    make_counted(name="普通", **north(10))

    assert near(bay_class="ev") == ["充电"]
    assert names(bay_class="ev") == ["充电"]
    assert names() == ["充电", "普通"]


def test_names_are_found_by_pinyin_and_paged():
    for name in ("安东", "白堤", "长桥"):
        make_counted(name=name)

    first = get(limit=2)
    assert [row["name"] for row in first["results"]] == ["安东", "白堤"]
    assert names(limit=2, cursor=first["next"]) == ["长桥"]
    assert names(q="baidi") == ["白堤"]
    assert names(q="！") == []


def test_closed_car_parks_and_suspended_operators_are_not_listed():
    closed, suspended = make_counted(), make_counted()
    parking.close_car_park(car_park=closed.car_park, by=None)
    operator = suspended.car_park.merchant
    operator.state, operator.suspended_at = "suspended", timezone.now()
    operator.save()

    assert names() == near() == []
    assert get(f"/{closed.car_park.public_id}")["state"] == "closed"
    assert Client().get(f"{ADDRESS}/{suspended.car_park.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (0, {"freshness": "fresh", "age_minutes": 0, "level": "available", "free_places": 60}),
        (20, {"freshness": "stale", "age_minutes": 20, "level": "available", "free_places": 60}),
        (
            31,
            {"freshness": "unknown", "age_minutes": None, "level": "unknown", "free_places": None},
        ),
    ],
)
def test_stale_is_told_with_its_age_and_unknown_without_a_number(minutes, expected):
    _body, row = pool_of(make_counted(40, ago=timedelta(minutes=minutes)))

    assert {name: row[name] for name in expected} == expected


def test_more_cars_than_bays_leave_no_place():
    _body, row = pool_of(make_counted(107))

    assert (row["level"], row["free_places"]) == ("full", 0)


def test_few_cars_and_small_pools_are_blurred():
    _body, row = pool_of(make_counted(2))
    assert row["free_places"] == 100

    _body, row = pool_of(make_counted(1, capacity=4, bay_class="accessible"))
    assert (row["level"], row["free_places"]) == ("available", None)


def test_a_full_car_park_names_the_nearest_with_space():
    full = make_counted(100, name="满", **HERE)
    make_counted(100, name="也满", **north(50))
    make_counted(None, name="不明", **north(60))
    make_counted(40, name="充电", bay_class="ev", **north(70))
    for metres in (400, 300, 200, 100):
        make_counted(name=f"空{metres}", **north(metres))

    body, _row = pool_of(full)
    assert [(other["name"], other["walking_minutes"]) for other in body["alternatives"]] == [
        ("空100", 2),
        ("空200", 4),
        ("空300", 6),
    ]
    assert pool_of(make_counted())[0]["alternatives"] == []


def test_the_forecast_says_how_full_it_was_at_that_time_of_the_week():
    pool, now = make_counted(None), timezone.now()
    arriving = now + timedelta(hours=2)
    for week in (3, 2, 1):
        report(pool, 80, measured_at=arriving - timedelta(days=7 * week))

    _body, row = pool_of(pool, arriving_at=arriving.isoformat())
    assert row["forecast"] | {"at": ""} == {
        "at": "",
        "weeks": 3,
        "level": "available",
        "free_places": 20,
    }
    assert pool_of(pool)[1]["forecast"] is None


def test_without_a_past_there_is_no_forecast():
    arriving = timezone.now() + timedelta(hours=2)

    assert pool_of(make_counted(), arriving_at=arriving.isoformat())[1]["forecast"] is None


@pytest.mark.parametrize(
    "query",
    [
        {"latitude": "30"},
        {"latitude": "91", "longitude": "120"},
        {"latitude": "nan", "longitude": "120"},
        {"latitude": "inf", "longitude": "120"},
        {"coordinate_system": "bd09"},
        {"bay_class": "vip"},
        {"store": "x"},
        {"store": "str_" + "0" * 22, "venue": "ven_" + "0" * 22},
        {"latitude": "30", "longitude": "120", "cursor": "x"},
        {"limit": "0"},
        {"near": "me"},
    ],
)
def test_a_wrong_question_is_a_problem(query):
    answer = Client().get(ADDRESS, query)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("days", [-1, 8])
def test_nobody_arrives_in_the_past_or_after_a_week(days):
    at = timezone.now() + timedelta(days=days)
    pool = make_counted()

    answer = Client().get(f"{ADDRESS}/{pool.car_park.public_id}", {"arriving_at": at.isoformat()})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_what_is_not_there_is_not_found():
    for path in ("/cpk_" + "0" * 22, "/x"):
        assert Client().get(ADDRESS + path).status_code == 404
    assert Client().get(ADDRESS, {"store": "str_" + "0" * 22}).status_code == 404


def test_a_list_by_distance_asks_the_same_few_questions_however_long(django_assert_num_queries):
    store = make_store(venue=make_venue(**HERE))
    for metres in range(1, 9):
        make_counted(**north(metres * 50))

    with django_assert_num_queries(5):  # store, candidates, car parks, pools, hours
        assert len(names(store=store.public_id)) == 8
    with django_assert_num_queries(3):  # car parks, pools, hours
        assert len(names()) == 8


def test_a_detail_asks_the_same_few_questions(django_assert_num_queries):
    full = make_counted(100, **HERE)
    make_pool(full.car_park, bay_class="ev", capacity=20)
    for metres in range(1, 9):
        make_counted(**north(metres * 50))
    parking.set_layout(
        car_park=full.car_park,
        floors=[parking.FloorLayout("B1", ("A", "B"))],
        entrances=[parking.EntranceLayout("东口")],
        by=None,
    )
    arriving = (timezone.now() + timedelta(hours=2)).isoformat()

    # Car park, pools, hours, entrances, floors, zones; the past; candidates, car parks, pools, hours.
    with django_assert_num_queries(11):
        body = get(f"/{full.car_park.public_id}", arriving_at=arriving)
    assert len(body["alternatives"]) == 3
    assert body["floors"] == [{"name": "B1", "zones": ["A", "B"]}]


def test_a_detail_tells_the_price_of_two_hours_by_the_version_that_holds(
    django_assert_num_queries,
):
    now = datetime(2026, 3, 3, 10, 0, 30, tzinfo=SHANGHAI)
    car_park = make_counted().car_park
    tariff = make_tariff(car_park.merchant)
    parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)
    make_tariff_draft(tariff)
    with clock.travel_to(now):
        assert get(f"/{car_park.public_id}")["price"] is None
        make_tariff_version(tariff)
        make_tariff_version(tariff, now + timedelta(hours=1), grace=None)
    with clock.travel_to(now + timedelta(minutes=1)), django_assert_num_queries(6):
        price = get(f"/{car_park.public_id}")["price"]

    # Chongqing's key areas: two half hours at 3 yuan, two at 4.
    assert (price["minutes"], price["fee_fen"]) == (120, 1400)
    assert price["free_until"] == "2026-03-03T10:17:00+08:00"
    assert [line["amount_fen"] for line in price["lines"]] == [600, 800]


def test_an_unchanged_answer_is_not_sent_again():
    make_counted()
    first = Client().get(ADDRESS)

    again = Client().get(ADDRESS, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "public, max-age=15")


def test_hours_past_midnight_and_unknown_ones():
    car_park = make_car_park(make_merchant())
    assert is_open(car_park, timezone.now()) is None
    parking.set_car_park_hours(car_park=car_park, hours=[Stretch(4, 1080, 1560)], by=None)

    from datetime import datetime

    from district.kernel.clock import SHANGHAI

    friday = datetime(2026, 3, 6, 18, tzinfo=SHANGHAI)
    expected = [is_open(car_park, friday + timedelta(hours=hours)) for hours in (-1, 0, 7, 8)]
    assert expected == [False, True, True, False]
