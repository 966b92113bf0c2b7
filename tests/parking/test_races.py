"""Readings and imports that come at the same instant, each over a connection of its own."""

from datetime import timedelta

from django.utils import timezone

from district.kernel import invariants
from parking import services as parking
from parking.models import CarPark, LiveOccupancy, OccupancyReading
from tests.factories.merchants import make_merchant
from tests.factories.parking import make_car_park, make_feed, make_pool, reported
from tests.parking.test_import import collection, import_file, site
from tests.race import race


def test_of_two_readings_at_once_the_later_measured_stands(real_db):
    pool = make_pool()
    feed, now = pool.car_park.feed, timezone.now()

    for turn in range(10):
        later, earlier = (
            now - timedelta(minutes=50 - 2 * turn),
            now - timedelta(minutes=51 - 2 * turn),
        )
        race(
            lambda at=later: parking.record_readings(
                feed=feed, rows=[reported(pool, 2, measured_at=at)]
            ),
            lambda at=earlier: parking.record_readings(
                feed=feed, rows=[reported(pool, 1, measured_at=at)]
            ),
        )
        assert LiveOccupancy.objects.get(pool=pool).occupied == 2

    assert list(invariants.offences()) == []


def test_one_reading_sent_by_eight_at_once_is_taken_once(real_db):
    pool = make_pool()
    row = reported(pool, 40)

    answers = race(*[lambda: parking.record_readings(feed=pool.car_park.feed, rows=[row])] * 8)

    assert sorted(answer[0].outcome.value for answer in answers) == ["accepted", *["repeated"] * 7]
    assert OccupancyReading.objects.count() == 1


def test_reports_of_the_same_pools_in_opposite_order_do_not_wait_in_a_circle(real_db):
    feed = make_feed()
    pools = [make_pool(make_car_park(feed=feed)) for _ in range(6)]
    now = timezone.now()

    def rows(order, turn):
        return [
            reported(pool, turn, measured_at=now - timedelta(seconds=100 - turn)) for pool in order
        ]

    answers = race(
        *(
            lambda turn=turn, order=order: parking.record_readings(
                feed=feed, rows=rows(order, turn)
            )
            for turn, order in enumerate([pools, pools[::-1]] * 4)
        )
    )

    assert [type(answer) for answer in answers] == [list] * 8
    assert {live.occupied for live in LiveOccupancy.objects.all()} == {7}
    assert list(invariants.offences()) == []


def test_two_imports_of_one_file_at_once_make_each_car_park_once(real_db):
    merchant, file = make_merchant(), collection(*(site(original_uid=f"p-{n}") for n in range(5)))

    done = race(*[lambda: import_file(merchant, file)] * 4)

    assert sorted((each.created, each.unchanged) for each in done) == [(0, 5)] * 3 + [(5, 0)]
    assert CarPark.objects.count() == 5
