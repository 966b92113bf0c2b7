"""Vehicle flow: what hours come to, by hand and by a naive count of random stays; API, screen and file."""

import csv
import random
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from district.kernel import clock
from parking import services as parking
from parking.models import CarPark, Stay
from parking.queries.flow import flow_of
from parking.stays.flow import FlowHour, mean_minutes, total_of
from tests.admin.two_merchants import signed_in
from tests.factories.members import make_operator
from tests.factories.merchants import make_clerk
from tests.factories.parking import feed_key_text, make_car_park, make_feed, make_pool
from tests.factories.stays import gate_row, pass_gate

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# Eight in the morning of yesterday.
EIGHT = clock.start_of_day(clock.business_day(clock.real_now())) - 16 * HOUR


def minutes(number):
    return timedelta(minutes=number)


def flow_from(car_park, start=EIGHT, hours=3):
    (flow,) = flow_of(
        CarPark.objects.filter(pk=car_park.pk), start=start, until=start + hours * HOUR
    )
    return flow


def passes(car_park, *rows):
    pass_gate(
        car_park, *(gate_row(car_park, direction, at, plate) for direction, at, plate in rows)
    )


def test_three_hours_by_hand(car_park, pool):
    passes(
        car_park,
        ("entry", EIGHT - minutes(10), "浙A00001"),
        ("exit", EIGHT + minutes(20), "浙A00001"),
        # At the instant at which one leaves another comes: they are not there together.
        ("entry", EIGHT + minutes(20), "浙A00002"),
        ("entry", EIGHT + minutes(30), "浙A00003"),
        ("exit", EIGHT + minutes(120), "浙A00002"),
        # Came again, so its exit was lost; and one whose entry was.
        ("entry", EIGHT + minutes(40), "浙A00004"),
        ("entry", EIGHT + minutes(90), "浙A00004"),
        ("exit", EIGHT + minutes(95), "浙A00005"),
    )

    flow = flow_from(car_park)

    assert flow.capacity == 100
    assert list(flow.hours) == [
        FlowHour(EIGHT, 3, 1, 2, 2, 1, 30 * 60, lost_exits=1),
        FlowHour(EIGHT + HOUR, 1, 1, 3, 3, missing_entries=1),
        FlowHour(EIGHT + 2 * HOUR, 0, 1, 2, 3, 1, 100 * 60),
    ]
    total = total_of(flow.hours, flow.capacity)
    assert (total.entries, total.exits, total.present, total.peak) == (4, 3, 2, 3)
    assert (total.mean_stay_minutes, total.turnover) == (65, 0.04)


def test_late_and_corrected_events_change_the_hours_they_are_of(car_park):
    passes(car_park, ("entry", EIGHT + minutes(5), "浙A12345"))
    assert [hour.exits for hour in flow_from(car_park).hours] == [0, 0, 0]

    passes(car_park, ("exit", EIGHT + minutes(65), "浙A12B45"))
    assert flow_from(car_park).hours[1].missing_entries == 1
    misread = Stay.objects.get(state="missing_entry")
    parking.correct_plate(stay=misread, plate="浙A12345", by=None)

    (eight, nine, ten) = flow_from(car_park).hours
    assert (eight.present, nine.present, ten.present) == (1, 0, 0)
    assert (nine.exits, nine.missing_entries, nine.mean_stay_minutes) == (1, 0, 60)


def test_random_stays_come_to_what_a_naive_count_says(car_park, pool):
    chance = random.Random(28)
    rows, stays = [], []
    for number in range(60):
        entered = EIGHT + minutes(chance.randint(-120, 200))
        left = None if chance.random() < 0.2 else entered + minutes(chance.randint(1, 150))
        stays.append((entered, left))
        plate = f"浙B{number:05d}"
        rows.append(("entry", entered, plate))
        if left is not None:
            rows.append(("exit", left, plate))
    passes(car_park, *rows)

    for hour in flow_from(car_park).hours:
        start, end = hour.starts_at, hour.starts_at + HOUR
        instants = [start + minutes(number) for number in range(60)]

        def present(at):
            return sum(entered <= at and (left is None or left > at) for entered, left in stays)

        ended = [left - entered for entered, left in stays if left and start <= left < end]
        assert hour.entries == sum(start <= entered < end for entered, _left in stays)
        assert hour.exits == len(ended)
        assert hour.present == present(end - minutes(1))
        # Who stands there when the hour begins counts, also one who leaves at once.
        before = sum(entered < start and (left is None or left >= start) for entered, left in stays)
        assert hour.peak == max(before, *(present(at) for at in instants))
        assert hour.stay_seconds == sum(stayed.total_seconds() for stayed in ended)


def test_means_are_rounded_half_up_and_there_is_none_of_nothing():
    assert [mean_minutes(*case) for case in ((90, 1), (89, 1), (0, 2), (0, 0))] == [2, 1, 0, None]
    assert total_of([], 0).turnover is None


def test_an_hour_costs_three_queries_however_many_car_parks(
    feed, car_park, django_assert_num_queries
):
    for _ in range(3):
        make_pool(make_car_park(feed=feed))

    with django_assert_num_queries(3):
        assert len(flow_of(CarPark.objects.all(), start=EIGHT, until=EIGHT + HOUR)) == 4


class TestApi:
    @pytest.fixture
    def get(self, feed):
        token = feed_key_text(feed)

        def get_flow(car_park, **parameters):
            return Client().get(
                f"/api/v1/parking/feed/car-parks/{car_park.public_id}/flow",
                parameters,
                headers={"Authorization": f"Bearer {token}"},
            )

        return get_flow

    def test_a_day_of_the_past_has_all_its_hours(self, get, car_park, pool):
        passes(
            car_park,
            ("entry", EIGHT, "浙A12345"),
            ("exit", EIGHT + minutes(61), "浙A12345"),
        )

        body = get(car_park, first_day=f"{EIGHT:%Y-%m-%d}").json()

        assert body["car_park"] == {"id": car_park.public_id, "name": car_park.name}
        assert (len(body["hours"]), body["capacity"]) == (24, 100)
        assert body["total"] == {
            "entries": 1,
            "exits": 1,
            "present": 0,
            "peak": 1,
            "mean_stay_minutes": 61,
            "turnover": 0.01,
            "lost_exits": 0,
            "missing_entries": 0,
        }
        assert [hour["present"] for hour in body["hours"]][8:10] == [1, 0]

    def test_today_ends_now_and_tomorrow_has_not_begun(self, get, car_park):
        now = clock.real_now()
        with clock.travel_to(now):
            hours = get(car_park).json()["hours"]
        local = now.astimezone(clock.SHANGHAI)
        assert len(hours) in {local.hour + 1, local.hour + (local.minute > 0)}
        tomorrow = clock.business_day(now) + timedelta(days=1)
        assert get(car_park, first_day=tomorrow.isoformat()).json()["hours"] == []

    @pytest.mark.parametrize(
        "parameters",
        [
            {"days": "0"},
            {"days": "32"},
            {"days": "九"},
            {"first_day": "2026-02-30"},
            {"first_day": "0001-01-01"},
            {"first_day": "9999-12-31"},
            {"first_day": "\0"},
            {"hours": "1"},
        ],
    )
    def test_what_is_no_period_is_refused(self, get, car_park, parameters):
        assert get(car_park, **parameters).status_code == 400

    def test_another_operators_car_park_is_not_there(self, get, car_park):
        assert get(make_car_park(feed=make_feed())).status_code == 404
        assert (
            Client().get(f"/api/v1/parking/feed/car-parks/{car_park.public_id}/flow").status_code
            == 401
        )


class TestReport:
    ADDRESS = "/admin/reports/parking-flow/"

    def test_operators_see_every_car_park_and_download_its_hours(self, car_park, pool):
        operator = signed_in(make_operator())
        passes(car_park, ("entry", EIGHT, "浙A12345"))

        for days in (1, 7, 30):
            page = operator.get(self.ADDRESS, {"days": days}).content.decode()
            assert car_park.name in page
            assert "周转率" in page
        answer = operator.get(f"{self.ADDRESS}csv/", {"days": 7})

        lines = b"".join(answer.streaming_content).decode().removeprefix("\ufeff").splitlines()
        rows = list(csv.DictReader(lines))
        assert list(rows[0]) == [
            *("停车场编号", "停车场", "小时", "入场", "出场", "小时末在场"),
            *("峰值在场", "周转率", "平均停放（分钟）", "缺少离场", "缺少入场"),
        ]
        (row,) = [row for row in rows if row["入场"] == "1"]
        assert (row["停车场编号"], row["小时"]) == (
            car_park.public_id,
            f"{EIGHT:%Y-%m-%d %H:%M}",
        )

    def test_a_merchants_manager_sees_the_own_ones_and_a_cashier_nothing(self, merchant, car_park):
        other = make_car_park(feed=make_feed(), name="别家停车场")
        manager, cashier = (
            signed_in(make_clerk(merchant=merchant, role=role).user)
            for role in ("manager", "cashier")
        )

        page = manager.get(self.ADDRESS).content.decode()

        assert car_park.name in page
        assert other.name not in page
        for address in (self.ADDRESS, f"{self.ADDRESS}csv/"):
            assert cashier.get(address).status_code == 403


def test_the_example_of_the_readme_is_played(car_park):
    readme = (settings.ROOT / "parking" / "README.md").read_text()
    passes(
        car_park,
        ("entry", EIGHT - minutes(10), "浙A00001"),
        ("exit", EIGHT + minutes(20), "浙A00001"),
        ("entry", EIGHT + minutes(20), "浙A00002"),
        ("entry", EIGHT + minutes(30), "浙A00003"),
    )

    hour = flow_from(car_park).hours[0]

    row = f"| {hour.entries} | {hour.exits} | {hour.present} | {hour.peak} | {hour.mean_stay_minutes} minutes |"
    assert row in readme
