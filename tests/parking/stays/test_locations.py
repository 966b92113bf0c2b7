"""Find my car: gates, bays and the driver say where it stands, and nobody else hears it."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from district.kernel import clock
from district.members import services as members
from parking import services as parking
from parking.models import (
    BayReport,
    ParkingNote,
    ParkingNotePicture,
    RefusedGateEvent,
    Stay,
    Vehicle,
)
from parking.stays.locations import CarLocation, LocationSource, newest
from tests.factories.members import make_member
from tests.factories.parking import feed_key_text, make_car_park, make_vehicle
from tests.factories.stays import PLATE, gate_row, pass_gate
from tests.receipt_photos.pictures import jpeg

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)


def ago(**span):
    return NOW - timedelta(**span)


@pytest.fixture
def car_park(feed):
    return make_car_park(
        feed=feed,
        name="湖滨停车场",
        latitude=Decimal("30.25"),
        longitude=Decimal("120.16"),
        address="湖滨路 1 号",
    )


@pytest.fixture
def member():
    """Whose car it is, beyond doubt."""
    member = make_member()
    vehicle = make_vehicle(member, PLATE)
    Vehicle.objects.filter(pk=vehicle.pk).update(
        verified_at=NOW - timedelta(days=1), registered_at=NOW - timedelta(days=1)
    )
    return member


@pytest.fixture
def stay(car_park, member):
    pass_gate(car_park, gate_row(car_park, "entry", ago(minutes=90), floor="B1", zone="A区"))
    return Stay.objects.get()


class Phone:
    """A member's phone."""

    def __init__(self, member):
        token = members.open_session(member=member).token
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path):
        return Client().get(f"/api/v1/me/parking/{path}", headers=self.headers)

    def put(self, path, **body):
        return Client().put(
            f"/api/v1/me/parking/{path}",
            body,
            content_type="application/json",
            headers=self.headers,
        )

    def photograph(self, path, content):
        photo = SimpleUploadedFile("a.jpg", content, "image/jpeg")
        address = f"/api/v1/me/parking/{path}/photo"
        return Client().post(address, {"photo": photo}, headers=self.headers)


@pytest.fixture
def phone(member):
    return Phone(member)


@pytest.fixture
def report_bays(feed):
    token = feed_key_text(feed)

    def post_rows(*rows):
        answer = Client().post(
            "/api/v1/parking/feed/bay-events",
            {"bays": list(rows)},
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.content
        return [result["outcome"] for result in answer.json()["results"]]

    return post_rows


def bay(car_park, number="A-023", at=NOW, *, occupied=True, **more):
    return {
        "car_park": car_park.public_id,
        "bay": number,
        "occupied": occupied,
        "measured_at": at.isoformat(),
    } | more


def test_the_newest_counts_with_its_source_and_age(phone, stay, car_park, report_bays):
    place = f"stays/{stay.public_id}/place"
    with clock.travel_to(NOW):
        body = phone.get(place).json()
        assert (body["reported_by"], body["age_minutes"]) == ("gate", 90)
        assert body["directions"] == "车停在湖滨停车场 B1 A区。"
        assert body["map"] == {
            "latitude": 30.25,
            "longitude": 120.16,
            "name": "湖滨停车场",
            "address": "湖滨路 1 号",
        }

        seen = bay(car_park, at=ago(minutes=80), plate=PLATE, floor="B2", zone="C区")
        assert report_bays(seen) == ["accepted"]
        body = phone.get(place).json()
        assert (body["reported_by"], body["age_minutes"]) == ("bay", 80)
        assert body["directions"] == "车停在湖滨停车场 B2 C区，车位 A-023。"

        body = phone.put(place, floor="B2", zone="D区", text="红色柱子旁").json()
        assert (body["reported_by"], body["age_minutes"]) == ("note", 0)
        assert (body["zone"], body["note"]["text"]) == ("D区", "红色柱子旁")


def test_a_car_that_leaves_its_bay_is_not_found_there(phone, stay, car_park, report_bays):
    place = f"stays/{stay.public_id}/place"
    report_bays(bay(car_park, at=ago(minutes=80), plate=PLATE))
    assert phone.get(place).json()["bay"] == "A-023"

    report_bays(bay(car_park, at=ago(minutes=10), occupied=False))
    assert phone.get(place).json()["reported_by"] == "gate"
    assert BayReport.objects.get().plate_hash is None


def test_what_stood_there_before_the_car_came_is_of_another_time(
    phone, stay, car_park, report_bays
):
    report_bays(bay(car_park, at=ago(minutes=120), plate=PLATE))

    assert phone.get(f"stays/{stay.public_id}/place").json()["reported_by"] == "gate"


def test_bays_are_reported_in_any_order_and_hostile_rows_stop_no_other(car_park, report_bays):
    first = bay(car_park, at=ago(minutes=5), plate=PLATE)
    assert report_bays(first, first) == ["accepted", "repeated"]
    assert report_bays(bay(car_park, at=ago(minutes=9), occupied=False)) == ["older"]
    assert report_bays(bay(car_park, at=ago(minutes=5), occupied=False)) == ["conflict"]
    later = bay(car_park, at=ago(minutes=1), plate="浙A·99999")
    unknown = bay(make_car_park())
    future, old = bay(car_park, at=ago(days=-1)), bay(car_park, at=ago(days=61))
    wrong = (
        *(bay(car_park, number="  "), bay(car_park, number="x" * 21), bay(car_park, number="a\0")),
        *(bay(car_park, occupied="true"), bay(car_park, occupied=False, plate=PLATE)),
        *(bay(car_park, plate=["浙"]), bay(car_park, plate="浙" * 11), bay(car_park, plate="\0")),
        *(bay(car_park, colour=[]) | {"plate": PLATE}, bay(car_park, floor=7)),
        *({"car_park": 1}, [], None, 7, "x", bay(car_park) | {"measured_at": "昨天"}),
    )
    answers = report_bays(unknown, future, old, *wrong, later)

    assert answers == [
        *("unknown_car_park", "future", "too_old"),
        *["invalid"] * len(wrong),
        "accepted",
    ]
    # Everything that was refused is kept with its reason, sealed.
    assert RefusedGateEvent.objects.count() == 4 + len(wrong)
    assert BayReport.objects.get().measured_at == ago(minutes=1)


def test_nobody_else_sees_where_the_car_stands(stay):
    stranger = Phone(make_member("路人"))
    typed = make_member("只填车牌")
    Vehicle.objects.all().update(removed_at=NOW, is_default=False)
    make_vehicle(typed, PLATE)

    for phone in (stranger, Phone(typed)):
        for answer in (
            phone.get(f"stays/{stay.public_id}/place"),
            phone.put(f"stays/{stay.public_id}/place", floor="B1"),
            phone.get(f"stays/{stay.public_id}/place/photo"),
            phone.photograph(f"stays/{stay.public_id}/place", jpeg()),
            phone.get("note"),
            phone.get("note/photo"),
        ):
            assert answer.status_code == 404
    assert not ParkingNote.objects.exists()


def test_a_ticket_shows_its_car_to_who_scanned_it(car_park):
    holder, ticket = make_member(), "q7Jm2xWq9LwJc5Rz"
    pass_gate(car_park, gate_row(car_park, "entry", ago(minutes=5), ticket=ticket, floor="B3"))
    parking.bind_ticket(member=holder, ticket=ticket)

    stay = Stay.objects.get()
    assert Phone(holder).get(f"stays/{stay.public_id}/place").json()["floor"] == "B3"


def test_a_photograph_is_drawn_anew_sealed_and_shown_to_its_member(phone, stay):
    place = f"stays/{stay.public_id}/place"
    content = jpeg()

    assert phone.photograph(place, content).json()["has_photo"] is True
    answer = phone.get(f"{place}/photo")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer.content.startswith(b"\xff\xd8\xff")
    assert answer["Cache-Control"] == "no-store"
    assert answer.content not in bytes(ParkingNotePicture.objects.get().sealed)
    assert phone.photograph(place, b"<svg/>").status_code == 400
    # The words of the note leave the photograph where it is.
    assert phone.put(place, floor="B2").json()["has_photo"] is True


def test_a_note_without_a_stay_is_replaced_and_forgotten(phone, car_park):
    assert phone.get("note").status_code == 404
    phone.photograph("note", jpeg())
    body = phone.put("note", car_park=car_park.public_id, zone="C区", bay="7").json()
    assert body["directions"] == "车停在湖滨停车场 C区，车位 7。"
    assert phone.get("note").json()["has_photo"] is True
    assert phone.put("note", text="露天").json()["directions"] == "还没有楼层与区域的记录。"
    assert phone.put("note", car_park="cpk_" + "0" * 22, zone="C区").status_code == 404

    assert parking.forget_notes() == 0
    ParkingNote.objects.update(noted_at=ago(days=8))
    assert parking.forget_notes() == 1
    assert not ParkingNotePicture.objects.exists()


def test_a_note_goes_a_week_after_its_stay(phone, stay, car_park):
    place = f"stays/{stay.public_id}/place"
    phone.put(place, floor="B2")
    pass_gate(car_park, gate_row(car_park, "exit", NOW - timedelta(minutes=1)))
    assert parking.forget_notes() == 0
    assert phone.get(place).json()["floor"] == "B2"
    # A car that has left has no place to write down.
    assert phone.put(place, floor="B3").status_code == 409

    Stay.objects.filter(pk=stay.pk).update(left_at=ago(days=8), entered_at=ago(days=9))
    assert parking.forget_notes() == 1
    BayReport.objects.create(
        car_park=car_park,
        bay="1",
        is_occupied=True,
        plate_hash=b"\1" * 32,
        colour="blue",
        measured_at=ago(days=9),
        received_at=ago(days=9),
    )
    assert parking.forget_bay_plates() == 1
    Stay.objects.filter(pk=stay.pk).update(
        left_at=NOW - timedelta(minutes=1), entered_at=ago(minutes=90)
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"floor": " "},
        {"floor": "x" * 11},
        {"zone": "\0"},
        {"text": "x" * 201},
        {"bay": 7},
        {"text": ["x"]},
    ],
)
def test_an_empty_or_hostile_note_is_refused(phone, stay, body):
    assert phone.put(f"stays/{stay.public_id}/place", **body).status_code == 400
    assert json.loads(phone.put("note", **body).content)["code"]


def test_of_two_at_one_instant_the_drivers_word_counts():
    at = NOW
    by_driver = CarLocation(LocationSource.NOTE, at, floor="B1")
    others = [CarLocation(LocationSource.BAY, at, bay="1"), CarLocation(LocationSource.GATE, at)]

    assert newest([by_driver, *others]) == by_driver
    assert newest([CarLocation(LocationSource.NOTE, at)]) is None


def test_with_members_merged_the_note_of_the_one_who_goes_is_gone(phone, member):
    phone.photograph("note", jpeg())
    other = make_member()

    parking.move_vehicles(source=member.pk, into=other.pk)

    assert not ParkingNote.objects.exists()


def test_the_example_of_the_readme_is_played(phone, stay, car_park, report_bays):
    readme = (settings.ROOT / "parking" / "README.md").read_text()
    place, start = f"stays/{stay.public_id}/place", ago(minutes=89)

    def minutes(count):
        return start + timedelta(minutes=count)

    def directions():
        with clock.travel_to(minutes(10)):
            words = phone.get(place).json()["directions"]
        assert words in readme
        return words

    assert directions() == "车停在湖滨停车场 B1 A区。"
    report_bays(bay(car_park, at=minutes(5), plate=PLATE, floor="B2", zone="C区"))
    assert directions() == "车停在湖滨停车场 B2 C区，车位 A-023。"
    report_bays(bay(car_park, at=minutes(8), occupied=False, floor="B2", zone="C区"))
    assert directions() == "车停在湖滨停车场 B1 A区。"
    with clock.travel_to(minutes(9)):
        phone.put(place, floor="B2", zone="D区")
    assert directions() == "车停在湖滨停车场 B2 D区。"
