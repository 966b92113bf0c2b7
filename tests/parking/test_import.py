"""Files of car parks: good records come in, bad ones say why, and a second time nothing changes."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from parking import errors
from parking import services as parking
from parking.models import CarPark, CarParkImport, Pool
from parking.register.site_records import read_sites
from tests.factories.merchants import make_merchant, make_venue

pytestmark = pytest.mark.django_db

GOOD = {
    "original_uid": "p-1",
    "name": "Marktplatz",
    "address": "Markt 1",
    "capacity": 100,
    "capacity_charging": 10,
    "capacity_disabled": 4,
    "max_height": 200,
    "opening_hours": "24/7",
    "fee_description": "2 Euro je Stunde",
}
POINT = {"type": "Point", "coordinates": [8.404, 49.009]}


def site(geometry=POINT, /, **changes):
    return {"type": "Feature", "geometry": geometry, "properties": GOOD | changes}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def import_file(merchant, content, source="test", format_name="parkapi"):
    return parking.import_car_parks(
        merchant=merchant, source=source, format_name=format_name, content=content, by=None
    )


def counts(done):
    return done.created, done.updated, done.unchanged, done.refused


def register_digest():
    columns = [column.attname for column in CarPark._meta.concrete_fields]
    return (
        list(CarPark.objects.order_by("pk").values_list(*columns)),
        list(Pool.objects.order_by("pk").values_list("car_park_id", "bay_class", "capacity")),
    )


def test_a_record_becomes_a_car_park_with_bays_by_class(merchant):
    assert counts(import_file(merchant, collection(site()))) == (1, 0, 0, 0)

    car_park = CarPark.objects.get()
    assert (car_park.source, car_park.original_uid, car_park.name) == ("test", "p-1", "Marktplatz")
    assert (float(car_park.latitude), float(car_park.longitude)) == (49.009, 8.404)
    assert (car_park.coordinate_system, car_park.height_limit_cm) == ("wgs84", 200)
    assert (car_park.round_the_clock, car_park.fee_note) == (True, "2 Euro je Stunde")
    assert dict(car_park.pools.values_list("bay_class", "capacity")) == {
        "standard": 86,
        "ev": 10,
        "accessible": 4,
    }


def test_importing_again_changes_nothing(merchant):
    file = collection(site(), site(original_uid="p-2", name="Bahnhof", capacity=None))
    import_file(merchant, file)
    before = register_digest()

    assert counts(import_file(merchant, file)) == (0, 0, 2, 0)
    assert register_digest() == before


def test_a_changed_record_changes_its_car_park_and_keeps_its_venue(merchant):
    import_file(merchant, collection(site()))
    CarPark.objects.update(venue=make_venue())
    venue = CarPark.objects.get().venue

    done = import_file(merchant, collection(site(name="Marktplatz Nord", capacity=120)))

    assert counts(done) == (0, 1, 0, 0)
    car_park = CarPark.objects.get()
    assert (car_park.name, car_park.venue) == ("Marktplatz Nord", venue)
    assert car_park.pools.get(bay_class="standard").capacity == 106


BAD = {
    "no object": 17,
    "no properties": {"type": "Feature", "geometry": POINT},
    "no number": site(original_uid=None),
    "no name": site(name="  "),
    "name too long": site(name="x" * 81),
    "name no text": site(name=["a"]),
    "no geometry": site(None),
    "no point": site({"type": "Polygon", "coordinates": []}),
    "half a point": site({"type": "Point", "coordinates": [8.4]}),
    "not on earth": site({"type": "Point", "coordinates": [8.4, 91]}),
    "coordinates of text": site({"type": "Point", "coordinates": ["8.4", "49"]}),
    "capacity of words": site(capacity="viele"),
    "negative capacity": site(capacity=-1),
    "huge capacity": site(capacity=10**30),
    "more special bays than bays": site(capacity=3),
    "height of a bridge": site(max_height=99_999),
    "height of words": site(max_height="hoch"),
    "a place for bicycles": site(purpose="BIKE"),
    "twice": site(original_uid="good-1"),
}


def test_one_bad_record_never_stops_an_import(merchant):
    good = [site(original_uid=f"good-{n}", name=f"Gut {n}") for n in (1, 2)]

    done = import_file(merchant, collection(good[0], *BAD.values(), good[1]))

    assert counts(done) == (2, 0, 0, len(BAD))
    assert [problem["place"] for problem in done.problems] == [*range(2, len(BAD) + 2)]
    assert all(problem["problem"] for problem in done.problems)
    assert CarPark.objects.count() == 2


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_record_names_its_field(name):
    (*_, row) = read_sites(collection(site(original_uid="good-1"), BAD[name]), "parkapi")

    assert row.record is None
    assert row.problem.site_field
    assert row.problem.problem


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"features": 3}',
        b"[" * 100_000,
        b'{"features": [',
        b"null",
    ],
)
def test_a_file_that_is_none_is_refused_whole(merchant, content):
    with pytest.raises(errors.SiteFileInvalid):
        import_file(merchant, content)
    assert not CarParkImport.objects.exists()


def test_unprintable_characters_do_not_reach_the_register(merchant):
    import_file(merchant, collection(site(name="Markt\u0000platz\ud800\u202e")))

    assert CarPark.objects.get().name == "Markt platz"


def test_anothers_record_is_not_taken_over(merchant):
    import_file(make_merchant(), collection(site()))

    assert counts(import_file(merchant, collection(site()))) == (0, 0, 0, 1)


def test_fewer_bays_than_are_reservable_are_refused_and_nothing_of_the_record_is_kept(merchant):
    import_file(merchant, collection(site()))
    car_park = CarPark.objects.get()
    parking.set_pool(
        car_park=car_park, bay_class="standard", capacity=86, reservable_capacity=80, by=None
    )

    done = import_file(merchant, collection(site(name="Neu", capacity=20)))

    assert counts(done) == (0, 0, 0, 1)
    assert done.problems[0]["field"] == "car_park_capacity_out_of_bounds"
    assert CarPark.objects.get().name == "Marktplatz"


def test_a_closed_car_park_stays_closed(merchant):
    import_file(merchant, collection(site()))
    parking.close_car_park(car_park=CarPark.objects.get(), by=None)

    assert counts(import_file(merchant, collection(site()))) == (0, 0, 0, 1)
    assert CarPark.objects.get().state == CarPark.State.CLOSED


def test_the_command_prints_what_became_of_the_records(merchant, tmp_path, capsys):
    file = tmp_path / "sites.json"
    file.write_bytes(collection(site(), 17))

    call_command("import_car_parks", str(file), merchant=merchant.public_id, source="test")

    printed = json.loads(capsys.readouterr().out)
    assert (printed["created"], printed["refused"]) == (1, 1)
    assert printed["problems"] == [
        {"place": 2, "uid": "", "field": "properties", "problem": "不是对象"}
    ]


def test_the_command_says_what_is_missing(merchant, tmp_path):
    with pytest.raises(CommandError, match="no merchant"):
        call_command("import_car_parks", "x.json", merchant="mrc_none", source="test")
    with pytest.raises(CommandError, match="No such file"):
        call_command(
            "import_car_parks",
            str(tmp_path / "x.json"),
            merchant=merchant.public_id,
            source="test",
        )
    (tmp_path / "y.json").write_text("{}")
    with pytest.raises(CommandError, match="FeatureCollection"):
        call_command(
            "import_car_parks",
            str(tmp_path / "y.json"),
            merchant=merchant.public_id,
            source="test",
        )


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("city", "sites", "bays", "pools"),
    [("freiburg", 19, 5_174, 18), ("karlsruhe", 90, 20_641, 76)],
)
def test_the_snapshots_of_two_cities_come_in_whole(merchant, shared_data, city, sites, bays, pools):
    content = (shared_data / "parkapi_snapshots" / f"{city}.json").read_bytes()

    done = import_file(merchant, content, city, city)

    assert done.problems == []
    assert (done.created, done.refused) == (sites, 0)
    assert sum(Pool.objects.values_list("capacity", flat=True)) == bays
    assert Pool.objects.count() == pools
    before = register_digest()
    assert counts(import_file(merchant, content, city, city)) == (0, 0, sites, 0)
    assert register_digest() == before
