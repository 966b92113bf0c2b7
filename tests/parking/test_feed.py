"""What a feed reports over HTTP: good rows are taken, bad ones say why, and nothing is lost."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from parking import services as parking
from parking.models import LiveOccupancy, OccupancyReading, RefusedReading
from tests.factories.merchants import make_merchant, make_store, till_key_text
from tests.factories.parking import (
    feed_key_text,
    make_car_park,
    make_feed,
    make_pool,
    report,
    reported,
)

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/parking/feed/readings"
NOW = timezone.now().replace(microsecond=0)


def ago(**span):
    return NOW - timedelta(**span)


@pytest.fixture
def post(feed):
    token = feed_key_text(feed)

    def post_rows(*rows, token=token):
        return Client().post(
            ADDRESS,
            {"readings": list(rows)},
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    return post_rows


def row(pool, occupied, at=NOW, **more):
    return {"pool": pool.public_id, "occupied": occupied, "measured_at": at.isoformat()} | more


def results(answer):
    assert answer.status_code == 200, answer.content
    return [result["outcome"] for result in answer.json()["results"]]


def live(pool):
    return LiveOccupancy.objects.get(pool=pool)


def test_a_reading_is_taken_with_both_its_instants(post, pool):
    assert results(post(row(pool, 40, ago(minutes=3)))) == ["accepted"]

    (reading,) = OccupancyReading.objects.all()
    assert (reading.occupied, reading.capacity, reading.is_clamped) == (40, 100, False)
    assert reading.measured_at == ago(minutes=3)
    assert reading.received_at > reading.measured_at
    assert (live(pool).occupied, live(pool).measured_at) == (40, reading.measured_at)


def test_more_cars_than_bays_are_kept_as_counted_and_flagged(post, pool):
    post(row(pool, 107))

    assert (live(pool).occupied, live(pool).capacity, live(pool).is_clamped) == (107, 100, True)


def test_the_feeds_own_capacity_counts_for_its_reading(post, pool):
    post(row(pool, 107, capacity=120))

    assert (live(pool).capacity, live(pool).is_clamped) == (120, False)


def test_sent_again_a_row_is_repeated_and_changes_nothing(post, pool):
    rows = [row(pool, 40, ago(minutes=5)), row(pool, 41)]
    assert results(post(*rows)) == ["accepted", "accepted"]
    before = list(OccupancyReading.objects.values()), live(pool).received_at

    assert results(post(*rows)) == ["repeated", "repeated"]
    assert (list(OccupancyReading.objects.values()), live(pool).received_at) == before
    assert not RefusedReading.objects.exists()


def test_what_is_older_or_says_something_else_of_the_same_instant_is_refused(post, pool):
    post(row(pool, 40))

    assert results(post(row(pool, 39, ago(minutes=1)), row(pool, 41))) == ["older", "conflict"]
    assert live(pool).occupied == 40


def test_a_report_out_of_order_is_taken_in_the_order_of_its_instants(post, pool):
    assert results(post(row(pool, 41), row(pool, 40, ago(minutes=5)))) == ["accepted", "accepted"]
    assert live(pool).occupied == 41


def test_the_future_is_refused_but_for_a_clock_that_runs_a_little_ahead(post, pool):
    ahead = timezone.now() + timedelta(minutes=1)

    assert results(post(row(pool, 40, ahead + timedelta(minutes=2)))) == ["future"]
    assert results(post(row(pool, 40, ahead))) == ["accepted"]


def test_pools_of_others_and_of_nobody_are_alike_unknown(post, pool):
    foreign = make_pool()
    unfed = make_pool(make_car_park(pool.car_park.merchant))
    ghost = row(pool, 1) | {"pool": "pol_" + "0" * 22}

    answer = post(row(foreign, 1), row(unfed, 1), ghost)

    assert results(answer) == ["unknown_pool"] * 3
    assert len({json.dumps(r["problem"]) for r in answer.json()["results"]}) == 1


GARBAGE = [
    None,
    17,
    "x",
    [],
    {},
    {"pool": 3},
    {"pool": "pol_x"},
    {"occupied": "40"},
    {"occupied": -1},
    {"occupied": 40.5},
    {"occupied": True},
    {"occupied": 10**30},
    {"capacity": "100"},
    {"capacity": -1},
    {"measured_at": "2026-03-01 12:00:00"},
    {"measured_at": 0},
    {"measured_at": None},
    {"measured_at": "2026-02-30T12:00:00+08:00"},
]


def test_garbage_is_named_row_by_row_and_takes_no_good_row_along(post, pool):
    bad = [
        {**row(pool, 1), **wrong} if isinstance(wrong, dict) and wrong else wrong
        for wrong in GARBAGE
    ]

    answer = post(row(pool, 40, ago(minutes=5)), *bad, row(pool, 41))

    assert results(answer) == ["accepted", *["invalid"] * len(bad), "accepted"]
    problems = [result["problem"] for result in answer.json()["results"][1:-1]]
    assert all(problem["code"] == "invalid" and problem["detail"] for problem in problems)
    assert live(pool).occupied == 41


def test_nothing_that_is_refused_is_lost_and_the_same_again_is_counted(post, pool):
    for _ in range(3):
        post("x", row(pool, 40, ago(days=-1)))

    kept = RefusedReading.objects.order_by("reason").values_list("reason", "times", "content")
    assert [(reason, times) for reason, times, _content in kept] == [("future", 3), ("invalid", 3)]
    assert json.loads(kept[1][2]) == "x"
    assert json.loads(kept[0][2])["occupied"] == 40


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"{}", b'{"readings": 3}', b'{"readings": []}']
)
def test_a_body_that_is_no_report_is_a_problem(feed, body):
    answer = Client().post(
        ADDRESS,
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {feed_key_text(feed)}"},
    )

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_request"


def test_more_rows_than_a_report_holds_are_refused_whole(post):
    answer = post(*[None] * 1_001)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert not RefusedReading.objects.exists()


def test_a_till_key_reports_nothing_and_a_feed_key_is_no_till_key(post, feed, pool):
    store = make_store(merchant=feed.merchant)

    assert post(row(pool, 1), token=till_key_text(store)).json()["code"] == "feed_key_invalid"
    answer = Client().get(
        "/api/v1/till", headers={"Authorization": f"Bearer {feed_key_text(feed)}"}
    )
    assert answer.json()["code"] == "till_key_invalid"


def test_a_revoked_key_and_a_suspended_operator_report_nothing(feed, post, pool):
    text = feed_key_text(feed)
    parking.revoke_feed_key(feed_key=feed.keys.order_by("pk").last(), by=None)
    assert post(row(pool, 1), token=text).json()["code"] == "feed_key_invalid"

    feed.merchant.state, feed.merchant.suspended_at = "suspended", NOW
    feed.merchant.save()
    assert post(row(pool, 1)).json()["code"] == "merchant_suspended"


def test_a_feed_key_is_shown_once(feed):
    from tests.factories.parking import fresh_key

    key = fresh_key()
    first = parking.issue_feed_key(feed=feed, by=None, key=key)
    again = parking.issue_feed_key(feed=feed, by=None, key=key)

    assert first.text.startswith(f"pf_{first.feed_key.prefix}_")
    assert (again.feed_key, again.text) == (first.feed_key, None)


def test_two_feeds_of_a_merchant_have_two_names(feed):
    from parking.errors import FeedNameTaken

    with pytest.raises(FeedNameTaken):
        make_feed(feed.merchant, name=feed.name)
    assert make_feed(make_merchant(), name=feed.name).name == feed.name


def test_a_report_costs_the_same_however_many_rows_it_has(
    feed, car_park, pool, django_assert_num_queries
):
    other = make_pool(car_park, bay_class="ev", capacity=10)
    rows = [
        reported(each, n, measured_at=ago(minutes=50 - n))
        for n in range(9)
        for each in (pool, other)
    ]

    with django_assert_num_queries(3):  # savepoint, one call, release
        parking.record_readings(feed=feed, rows=rows)


def test_old_readings_are_purged_and_the_latest_of_a_pool_never_is(pool):
    for days in (300, 200, 150):
        report(pool, days, measured_at=ago(days=days), capacity=400)

    assert parking.purge_readings() == 2
    assert parking.purge_readings() == 0
    assert [reading.occupied for reading in OccupancyReading.objects.all()] == [150]
