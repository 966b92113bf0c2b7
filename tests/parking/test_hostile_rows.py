"""Whatever feeds send, each endpoint answers row by row, loses nothing and never breaks."""

import json
from itertools import product

import pytest
from django.conf import settings
from django.test import Client

from district.kernel import clock
from parking.models import GateEvent, RefusedGateEvent, RefusedReading
from tests.factories.parking import feed_key_text

pytestmark = pytest.mark.django_db
VALUES = [
    *(None, True, -1, 10**30, 1.5, "", " ", "\0", "a\0b", "浙A\0123", "x" * 5_000),
    *([], ["x"], {}, {"a": 1}, "１２３", "一二三", "\u202e", "0001-01-01T00:00:00Z"),
    *("2026-13-45T99:99:99+08:00", "9999-12-31T23:59:59-23:59", "' or 1=1 --", "cpk_x"),
]


@pytest.fixture
def post(feed):
    token = feed_key_text(feed)
    client = Client(raise_request_exception=False)

    def post_body(path, body):
        return client.post(
            f"/api/v1/parking/feed/{path}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    return post_body


def right_rows(pool):
    car_park, now = pool.car_park.public_id, clock.now().isoformat()
    return {
        ("readings", "readings"): {
            "pool": pool.public_id,
            "occupied": 4,
            "measured_at": now,
            "capacity": 90,
        },
        ("gate-events", "events"): {
            "event_id": "e",
            "car_park": car_park,
            "direction": "entry",
            "occurred_at": now,
            "plate": "浙A12345",
            "colour": "blue",
            "lane": "1",
            "floor": "B1",
            "zone": "A",
        },
        ("bay-events", "bays"): {
            "car_park": car_park,
            "bay": "1",
            "occupied": True,
            "measured_at": now,
            "plate": "浙A12345",
            "colour": "blue",
            "floor": "B1",
            "zone": "A",
        },
    }


def test_every_field_of_every_row_may_be_anything(post, pool):
    for (path, name), row in right_rows(pool).items():
        fields = sorted(row)
        rows = [
            row | {field: value} | ({"event_id": f"e{place}"} if field != "event_id" else {})
            for place, (field, value) in enumerate(product(fields, VALUES))
        ]
        for start in range(0, len(rows), 100):
            answer = post(path, json.dumps({name: rows[start : start + 100]}))
            assert answer.status_code == 200, (path, answer.content)
            assert len(answer.json()["results"]) == len(rows[start : start + 100])
    assert RefusedReading.objects.exists()
    assert RefusedGateEvent.objects.exists()
    assert not GateEvent.objects.filter(stay=None).exists()


@pytest.mark.parametrize("path", ["readings", "gate-events", "bay-events"])
def test_a_body_that_is_no_report_is_refused(post, pool, path):
    name = {"readings": "readings", "gate-events": "events", "bay-events": "bays"}[path]
    for body in (
        *(b"", b"{", b"\xff", b"[]", b"null", b"[" * 50_000, b'{"x": 1}'),
        *(f'{{"{name}": {value}}}'.encode() for value in ("null", "{}", '"x"', "[]", "NaN")),
        f'{{"{name}": {json.dumps([1] * 1_001)}}}'.encode(),
    ):
        assert post(path, body).status_code == 400, (path, body[:40])
    assert post(path, b" " * (settings.BODY_LIMIT * 5)).status_code == 413


@pytest.mark.parametrize("value", ["", "\0", "x" * 3_000, "浙A１２３４５", "'--", "\u202e浙A12345"])
def test_a_gate_may_ask_for_anything(feed, pool, value):
    answer = Client(raise_request_exception=False).post(
        "/api/v1/parking/feed/admission",
        {"car_park": pool.car_park.public_id, "plate": value},
        content_type="application/json",
        headers={"Authorization": f"Bearer {feed_key_text(feed)}"},
    )

    assert answer.status_code in {200, 400}
