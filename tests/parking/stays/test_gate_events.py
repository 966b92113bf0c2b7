"""What gates report over HTTP: good rows are taken, bad ones say why, nothing is lost, no plate stands in clear."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from parking import services as parking
from parking.models import GateEvent, RefusedGateEvent, Stay
from parking.queries.stays import plate_read
from parking.services.refused_rows import REFUSED_PLACE
from parking.stays.sealing import read_text
from tests.factories.parking import feed_key_text, make_car_park, make_feed
from tests.factories.stays import PLATE, gate_row, make_gated_car_park, make_stay, pass_gate

pytestmark = pytest.mark.django_db
recording = import_module("parking.services.record_gate_events")

ADDRESS = "/api/v1/parking/feed/gate-events"
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def post(feed):
    token = feed_key_text(feed)

    def post_rows(*rows, token=token):
        return Client().post(
            ADDRESS,
            {"events": list(rows)},
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    return post_rows


def row(car_park, event_id="e-1", direction="entry", at=NOW, **more):
    facts = {"plate": PLATE} if "ticket" not in more else {}
    return {
        "event_id": event_id,
        "car_park": car_park.public_id,
        "direction": direction,
        "occurred_at": at.isoformat(),
    } | (facts | more)


def outcomes(answer):
    assert answer.status_code == 200, answer.content
    return [result["outcome"] for result in answer.json()["results"]]


def test_a_car_drives_in_and_out(post, car_park):
    entered, left = NOW - timedelta(hours=2), NOW

    assert outcomes(post(row(car_park, at=entered, lane="东 1"))) == ["accepted"]
    assert Stay.objects.get().state == "open"
    assert outcomes(post(row(car_park, "e-2", "exit", left, plate="浙a·12345"))) == ["accepted"]

    stay = Stay.objects.get()
    assert (stay.state, stay.entered_at, stay.left_at) == ("closed", entered, left)
    assert (stay.colour, stay.kind, plate_read(stay)) == ("blue", "standard", PLATE)


def test_an_event_sent_again_is_repeated_and_another_under_its_number_a_conflict(post, car_park):
    assert outcomes(post(row(car_park), row(car_park))) == ["accepted", "repeated"]
    assert outcomes(post(row(car_park), row(car_park, plate="浙B12345"))) == [
        "repeated",
        "conflict",
    ]
    assert (GateEvent.objects.count(), Stay.objects.count()) == (1, 1)
    assert RefusedGateEvent.objects.get().reason == "conflict"


def test_each_row_is_answered_by_itself_and_what_is_refused_is_kept(post, car_park):
    elsewhere = make_car_park(feed=make_feed())
    rows = [
        row(car_park),
        row(elsewhere, "e-2"),
        row(car_park, "e-3", at=NOW + timedelta(days=1)),
        row(car_park, "e-4", at=NOW - timedelta(days=61)),
        "rubbish",
        row(car_park, "e 5"),
        row(car_park, "e-6", "out"),
        row(car_park, "e-7", ticket="12345678", plate=PLATE),
        row(car_park, "e-8", plate=""),
        row(car_park, "e-9", ticket="short"),
        row(car_park, "e-10", colour="pink"),
        row(car_park, "e-11", lane=7),
        row(car_park, "e-12") | {"occurred_at": "yesterday"},
        row(car_park, "e-13") | {"car_park": "cpk"},
    ]

    answer = post(*rows)

    refused = ["unknown_car_park", "future", "too_old", *["invalid"] * 10]
    assert outcomes(answer) == ["accepted", *refused]
    body = answer.json()
    assert (body["accepted"], body["refused"]) == (1, 13)
    assert all(result["problem"]["detail"] for result in body["results"][1:])
    post(*rows)
    kept = RefusedGateEvent.objects.order_by("pk")
    assert sorted(kept.values_list("reason", flat=True)) == sorted(refused)
    assert set(kept.values_list("times", flat=True)) == {2}
    texts = [read_text(line.content_sealed, place=REFUSED_PLACE) for line in kept]
    assert any(elsewhere.public_id in text for text in texts)


def test_no_plate_stands_in_clear_anywhere(post, car_park):
    post(row(car_park), row(car_park, "e-2", "out"), row(car_park, "e-3", ticket="Tq7Jm2xWq9"))

    with connection.cursor() as cursor:
        for table in ("gateevent", "refusedgateevent", "stay"):
            cursor.execute(f"select t::text from parking_{table} t")
            text = "\n".join(line for (line,) in cursor.fetchall())
            for plain in (PLATE, "A12345", "Tq7Jm2xWq9"):
                assert plain not in text
                assert plain.encode().hex() not in text


def test_a_car_without_a_plate_is_known_by_its_ticket(post, car_park):
    post(row(car_park, ticket="Tq7Jm2xWq9", at=NOW - timedelta(hours=1)))
    post(row(car_park, "e-2", "exit", ticket="Tq7Jm2xWq9"))

    stay = Stay.objects.get()
    assert (stay.state, stay.colour, plate_read(stay)) == ("closed", "", "Tq7Jm2xWq9")


def test_what_looks_like_no_plate_is_let_in(post, car_park):
    assert outcomes(post(row(car_park, plate="??1"))) == ["accepted"]
    assert (Stay.objects.get().kind, Stay.objects.get().colour) == ("", "blue")


def test_only_a_feed_key_reports(post, car_park):
    assert post(row(car_park), token="pf_000000000000_x").status_code == 401
    assert not GateEvent.objects.exists()


def test_too_many_rows_are_refused_as_a_whole(post):
    assert post(*["rubbish"] * 201).status_code == 400
    assert post().status_code == 400


def test_a_mistake_of_our_own_loses_no_event(car_park, monkeypatch, caplog):
    def broken(plate):
        raise ZeroDivisionError

    right = recording.pair_events
    monkeypatch.setattr(recording, "pair_events", broken)
    assert pass_gate(car_park, gate_row(car_park, "entry", NOW)) == ["accepted"]
    assert "gate events not paired" in caplog.text
    assert GateEvent.objects.get().stay is None

    monkeypatch.setattr(recording, "pair_events", right)
    assert parking.pair_waiting_events() == 1
    assert Stay.objects.get().state == "open"
    assert parking.pair_waiting_events() == 0


def test_plates_are_forgotten_after_half_a_year():
    old, recent = make_stay(left=True), make_stay(make_gated_car_park(), "浙B12345", left=True)
    moved = timedelta(days=200)
    Stay.objects.filter(pk=old.pk).update(
        entered_at=old.entered_at - moved, left_at=old.left_at - moved
    )
    assert parking.forget_plates() == 1
    assert parking.forget_plates() == 0

    old.refresh_from_db()
    recent.refresh_from_db()
    assert (plate_read(old), plate_read(recent)) == ("", "浙B12345")
    # As its events say.
    Stay.objects.filter(pk=old.pk).update(
        entered_at=old.entered_at + moved, left_at=old.left_at + moved
    )
