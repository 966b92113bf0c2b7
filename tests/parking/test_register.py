"""Car parks, their bays, hours and layout."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from district.kernel.models import AuditLine
from district.merchants.services import Stretch
from parking import errors
from parking import services as parking
from parking.models import CarPark, CarParkZone, LiveOccupancy, Pool
from tests.factories.merchants import make_merchant, make_venue
from tests.factories.parking import fresh_key, make_car_park, make_feed, make_pool
from tests.factories.tariffs import make_tariff

pytestmark = pytest.mark.django_db


def test_a_car_park_is_registered_once_per_key(merchant):
    key, details = fresh_key(), parking.CarParkDetails(name="湖滨停车场", venue=make_venue())

    first = parking.register_car_park(merchant=merchant, details=details, by=None, key=key)

    assert parking.register_car_park(merchant=merchant, details=details, by=None, key=key) == first
    assert first.public_id.startswith("cpk_")
    assert AuditLine.objects.filter(verb="register_car_park").count() == 1


@pytest.mark.parametrize(
    "position", [(Decimal(30), None), (None, Decimal(120)), (Decimal(91), Decimal(120))]
)
def test_a_position_is_whole_and_on_earth(merchant, position):
    details = parking.CarParkDetails(name="停车场", latitude=position[0], longitude=position[1])

    with pytest.raises(errors.PositionIncomplete):
        parking.register_car_park(merchant=merchant, details=details, by=None, key=fresh_key())


def test_an_edit_is_recorded_by_what_it_changed(car_park):
    details = parking.CarParkDetails(name=car_park.name, height_limit_cm=210)

    parking.edit_car_park(car_park=car_park, details=details, by=None)
    parking.edit_car_park(car_park=car_park, details=details, by=None)

    (line,) = AuditLine.objects.filter(verb="edit_car_park")
    assert line.facts == {"fields": ["height_limit_cm"]}


def test_bays_of_a_class_are_one_pool_with_a_row_for_its_readings(car_park):
    pool = parking.set_pool(
        car_park=car_park, bay_class="ev", capacity=20, reservable_capacity=5, by=None
    )
    parking.set_pool(car_park=car_park, bay_class="ev", capacity=30, reservable_capacity=5, by=None)

    assert Pool.objects.get() == pool
    assert Pool.objects.get().capacity == 30
    assert LiveOccupancy.objects.get(pool=pool).measured_at is None


@pytest.mark.parametrize("counts", [(10, 11), (-1, 0), (10, -1), (100_001, 0)])
def test_no_more_is_reservable_than_there_is(car_park, counts):
    with pytest.raises(errors.CapacityOutOfBounds):
        parking.set_pool(
            car_park=car_park,
            bay_class="standard",
            capacity=counts[0],
            reservable_capacity=counts[1],
            by=None,
        )


def test_hours_may_cross_midnight_and_not_each_other(car_park):
    friday_night, friday = Stretch(4, 1080, 1560), Stretch(4, 600, 1100)

    parking.set_car_park_hours(car_park=car_park, hours=[friday_night], by=None)
    with pytest.raises(errors.CarParkHoursOverlap):
        parking.set_car_park_hours(car_park=car_park, hours=[friday_night, friday], by=None)

    assert [str(hours) for hours in car_park.hours.all()] == ["星期五 1080–1560"]


def test_a_layout_is_replaced_as_a_whole(car_park):
    parking.set_layout(
        car_park=car_park,
        floors=[parking.FloorLayout("B2", ("A", "B")), parking.FloorLayout("B1", ("A",))],
        entrances=[parking.EntranceLayout("东口", "in", 210), parking.EntranceLayout("西口")],
        by=None,
    )
    parking.set_layout(
        car_park=car_park,
        floors=[parking.FloorLayout("B1", ("C",))],
        entrances=[parking.EntranceLayout("东口", "both", 220)],
        by=None,
    )

    assert [(zone.floor.name, zone.name) for zone in CarParkZone.objects.all()] == [("B1", "C")]
    assert [(e.name, e.height_limit_cm) for e in car_park.entrances.all()] == [("东口", 220)]


@pytest.mark.parametrize(
    ("floors", "entrances"),
    [
        ([parking.FloorLayout("B1"), parking.FloorLayout("B1")], []),
        ([parking.FloorLayout("")], []),
        ([parking.FloorLayout("B1", ("A", "A"))], []),
        ([], [parking.EntranceLayout("东口"), parking.EntranceLayout("东口")]),
        ([], [parking.EntranceLayout("东口", "in", 20)]),
    ],
)
def test_names_of_a_layout_are_there_and_differ(car_park, floors, entrances):
    with pytest.raises(errors.LayoutInvalid):
        parking.set_layout(car_park=car_park, floors=floors, entrances=entrances, by=None)


def test_a_closed_car_park_keeps_its_past_and_takes_no_change(car_park):
    parking.close_car_park(car_park=car_park, by=None)
    parking.close_car_park(car_park=car_park, by=None)

    with pytest.raises(errors.CarParkClosed):
        parking.set_pool(car_park=car_park, bay_class="ev", capacity=1, by=None)
    assert AuditLine.objects.filter(verb="close_car_park").count() == 1


def test_a_feed_reports_for_its_own_operator_only(car_park):
    with pytest.raises(errors.FeedNotOfOperator):
        parking.assign_feed(car_park=car_park, feed=make_feed(), by=None)


def test_a_car_park_charges_by_a_tariff_of_its_own_operator_only(car_park):
    tariff = make_tariff(car_park.merchant)
    for _time in range(2):
        assert parking.assign_tariff(car_park=car_park, tariff=tariff, by=None).tariff == tariff
    assert AuditLine.objects.filter(verb="assign_tariff").count() == 1

    with pytest.raises(errors.TariffNotOfOperator):
        parking.assign_tariff(car_park=car_park, tariff=make_tariff(), by=None)
    assert parking.assign_tariff(car_park=car_park, tariff=None, by=None).tariff is None


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"tariff": "foreign"}, "car_park_charges_by_its_own_operator"),
        ({"feed": "foreign"}, "car_park_fed_by_its_own_operator"),
        ({"name": ""}, "car_park_named"),
        ({"latitude": 30}, "car_park_placed_on_earth_or_not_at_all"),
        ({"height_limit_cm": 50}, "car_park_height_limit_plausible"),
        ({"state": "closed"}, "car_park_closed_iff_dated"),
        ({"source": "karlsruhe"}, "car_park_imported_with_its_number"),
        ({"coordinate_system": "bd09"}, "car_park_coordinates_of_known_system"),
    ],
)
def test_the_table_refuses_what_no_verb_writes(car_park, change, promise):
    if change.get("feed"):
        change = {"feed": make_feed(make_merchant())}
    if change.get("tariff"):
        change = {"tariff": make_tariff()}
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        CarPark.objects.filter(pk=car_park.pk).update(**change)


def test_a_record_of_a_source_is_one_car_park():
    first, second = make_car_park(), make_car_park()
    CarPark.objects.filter(pk=first.pk).update(source="s", original_uid="1")

    with pytest.raises(IntegrityError, match="car_park_once_in_its_source"), transaction.atomic():
        CarPark.objects.filter(pk=second.pk).update(source="s", original_uid="1")


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"reservable_capacity": 101}, "pool_reservable_within_capacity"),
        ({"bay_class": "vip"}, "pool_of_known_class"),
        ({"capacity": 100_001}, "pool_capacity_in_bounds"),
    ],
)
def test_the_table_refuses_impossible_pools(pool, change, promise):
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Pool.objects.filter(pk=pool.pk).update(**change)


def test_a_second_pool_of_a_class_is_refused(pool):
    with (
        pytest.raises(IntegrityError, match="pool_one_per_class_of_a_car_park"),
        transaction.atomic(),
    ):
        Pool.objects.create(car_park=pool.car_park, bay_class="standard", capacity=1)


def test_a_pool_of_another_class_is_another_pool(pool):
    other = make_pool(pool.car_park, bay_class="accessible", capacity=2)

    assert {row.bay_class for row in pool.car_park.pools.all()} == {"standard", "accessible"}
    assert other.public_id.startswith("pol_")
