"""Stays: what is missing is a state, what was misread is corrected, and a member sees the own ones only."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from district.kernel import clock
from district.kernel.models import AuditLine
from parking import errors
from parking import services as parking
from parking.models import GateEvent, PlateCorrection, Stay, Vehicle
from parking.queries.stays import plate_read, stay_fee, stays_of
from tests.factories.members import make_member
from tests.factories.parking import make_vehicle
from tests.factories.stays import PLATE, gate_row, make_stay, pass_gate
from tests.factories.tariffs import make_tariff, make_tariff_version

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(second=0, microsecond=0)


def ago(minutes):
    return NOW - timedelta(minutes=minutes)


def states(**only):
    rows = Stay.objects.filter(**only).exclude(state="merged").order_by("entered_at", "left_at")
    return [row.state for row in rows]


def test_a_second_entry_closes_the_first_as_lost_exit_and_its_exit_comes_late(car_park):
    pass_gate(car_park, gate_row(car_park, "entry", ago(300)))
    pass_gate(car_park, gate_row(car_park, "entry", ago(100)))
    assert states() == ["lost_exit", "open"]

    pass_gate(car_park, gate_row(car_park, "exit", ago(200)))
    assert states() == ["closed", "open"]


def test_an_exit_without_entry_waits_for_it(car_park):
    pass_gate(car_park, gate_row(car_park, "exit", ago(10)))
    stay = Stay.objects.get()
    assert (stay.state, stay.entered_at) == ("missing_entry", None)

    pass_gate(car_park, gate_row(car_park, "entry", ago(70)))
    stay.refresh_from_db()
    assert (stay.state, stay.entered_at) == ("closed", ago(70))


def test_a_late_entry_takes_the_exit_from_the_stay_before(car_park):
    pass_gate(car_park, gate_row(car_park, "entry", ago(300)), gate_row(car_park, "exit", ago(10)))
    first = Stay.objects.get()
    pass_gate(car_park, gate_row(car_park, "entry", ago(100)))

    first.refresh_from_db()
    assert (first.state, first.left_at) == ("lost_exit", None)
    assert states() == ["lost_exit", "closed"]


def test_plates_and_car_parks_are_told_apart(car_park, merchant):
    make_stay(car_park)
    make_stay(car_park, "浙B12345")
    pass_gate(car_park, gate_row(car_park, "entry", ago(5), colour="yellow"))
    make_stay()

    assert states() == ["open"] * 4


def test_a_lost_exit_is_declared_and_a_real_exit_counts_more(car_park):
    stay = make_stay(car_park, minutes=120)
    left = clock.now() - timedelta(minutes=30)

    for _time in range(2):
        closed = parking.close_as_lost_exit(stay=stay, left_at=left, by=None)
    assert (closed.state, closed.left_at) == ("lost_exit", left)
    assert AuditLine.objects.filter(verb="close_as_lost_exit").count() == 1

    pass_gate(car_park, gate_row(car_park, "exit", left + timedelta(minutes=5)))
    stay.refresh_from_db()
    assert (stay.state, stay.left_at) == ("closed", left + timedelta(minutes=5))
    with pytest.raises(errors.StayNotInState):
        parking.close_as_lost_exit(stay=stay, left_at=left, by=None)


def test_a_missing_entry_is_declared_and_a_real_entry_counts_more(car_park):
    pass_gate(car_park, gate_row(car_park, "exit", ago(10)))
    stay = Stay.objects.get()

    for _time in range(2):
        resolved = parking.resolve_missing_entry(stay=stay, entered_at=ago(60), by=None)
    assert (resolved.state, resolved.entered_at) == ("closed", ago(60))
    assert AuditLine.objects.filter(verb="resolve_missing_entry").count() == 1

    pass_gate(car_park, gate_row(car_park, "entry", ago(75)))
    stay.refresh_from_db()
    assert (stay.state, stay.entered_at) == ("closed", ago(75))


def test_nobody_leaves_before_entering_or_in_the_future(car_park):
    stay = make_stay(car_park, minutes=60)
    now = clock.now()
    for left in (now - timedelta(minutes=61), now + timedelta(minutes=1)):
        with pytest.raises(errors.StayTimeInvalid):
            parking.close_as_lost_exit(stay=stay, left_at=left, by=None)

    pass_gate(car_park, gate_row(car_park, "exit", ago(10), "浙B12345"))
    missing = Stay.objects.get(state="missing_entry")
    with pytest.raises(errors.StayTimeInvalid):
        parking.resolve_missing_entry(stay=missing, entered_at=ago(9), by=None)
    with pytest.raises(errors.StayNotInState):
        parking.resolve_missing_entry(stay=stay, entered_at=ago(90), by=None)


def test_a_misread_exit_is_merged_with_the_stay_that_lacks_it(car_park):
    entered = make_stay(car_park, minutes=60)
    pass_gate(car_park, gate_row(car_park, "exit", ago(0), "浙A12B45"))
    missing = Stay.objects.get(state="missing_entry")

    for _time in range(2):
        merged = parking.correct_plate(stay=missing, plate=PLATE, by=None)
        missing = merged

    assert (merged, merged.state) == (entered, "closed")
    gone = Stay.objects.get(state="merged")
    assert gone.merged_into == entered
    correction = PlateCorrection.objects.get()
    assert (plate_read(correction), plate_read(correction.event)) == ("浙A12B45", PLATE)
    with pytest.raises(errors.StayNotInState):
        parking.correct_plate(stay=gone, plate="浙B12345", by=None)


def test_a_misread_entry_is_merged_too(car_park):
    pass_gate(car_park, gate_row(car_park, "entry", ago(60), "浙A12B45"))
    misread = Stay.objects.get()
    pass_gate(car_park, gate_row(car_park, "exit", ago(0)))
    assert states() == ["open", "missing_entry"]

    merged = parking.correct_plate(stay=misread, plate=PLATE, by=None)

    assert (merged.state, merged.entered_at, merged.left_at) == ("closed", ago(60), ago(0))
    assert states() == ["closed"]


def test_only_the_exit_of_a_stay_was_misread(car_park):
    other = make_stay(car_park, "浙B12345", minutes=90)
    pass_gate(car_park, gate_row(car_park, "entry", ago(60)), gate_row(car_park, "exit", ago(10)))
    stay = Stay.objects.get(state="closed")

    moved = parking.correct_plate(stay=stay, plate="浙B12345", part="exit", by=None)

    stay.refresh_from_db()
    other.refresh_from_db()
    assert (moved, other.state, stay.state) == (other, "closed", "open")


def test_a_whole_stay_takes_its_corrected_plate_along(car_park):
    stay = make_stay(car_park, "浙A12B45", left=True)

    corrected = parking.correct_plate(stay=stay, plate="粤B12345", by=None)

    assert (corrected.pk, plate_read(corrected), corrected.state) == (
        stay.pk,
        "粤B12345",
        "closed",
    )
    with pytest.raises(errors.PlateInvalid):
        parking.correct_plate(stay=stay, plate="?", by=None)


def test_a_stay_is_priced_by_the_version_that_held_when_it_began(car_park):
    tariff = make_tariff(car_park.merchant)
    parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)
    with clock.travel_to(ago(600)):
        first = make_tariff_version(tariff)
    second = make_tariff_version(tariff, clock.now() + timedelta(hours=1), tier_clock="day")
    pass_gate(car_park, gate_row(car_park, "entry", ago(60)))
    stay = Stay.objects.get()
    assert stay.tariff_version == first != second

    assert stay_fee(stay, ago(50)).gross_fen == 0
    running = stay_fee(stay, NOW)
    assert running.gross_fen > 0
    assert running.next_change_at > NOW
    assert sum(line.amount_fen for line in running.lines) == running.gross_fen
    pass_gate(car_park, gate_row(car_park, "exit", NOW))
    stay.refresh_from_db()
    assert stay_fee(stay, NOW + timedelta(days=2)) == running


def test_police_pay_nothing_and_large_cars_more(car_park):
    tariff = make_tariff(car_park.merchant)
    parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)
    with clock.travel_to(ago(600)):
        make_tariff_version(
            tariff,
            vehicles={
                "special": {"free": True},
                "large": {"multiplier_bp": 20000, "scales_caps": True},
            },
        )
    fees = {}
    for plate, colour in (
        (PLATE, "blue"),
        (PLATE, "yellow"),
        ("浙A1234警", "white"),
        ("浙A1234学", "yellow"),
    ):
        pass_gate(car_park, gate_row(car_park, "entry", ago(60), plate, colour=colour))
        stay = Stay.objects.latest("pk")
        fees[plate, colour] = stay_fee(stay, NOW).gross_fen
    small = fees[PLATE, "blue"]
    assert list(fees.values()) == [small, 2 * small, 0, small]


def test_without_entry_exit_or_tariff_there_is_no_fee(car_park):
    assert stay_fee(make_stay(car_park), NOW) is None


def verified(member, plate=PLATE, *, registered_at=None):
    vehicle = make_vehicle(member, plate)
    Vehicle.objects.filter(pk=vehicle.pk).update(
        verified_at=clock.now(), registered_at=registered_at or ago(1000)
    )
    return vehicle


def test_typing_a_plate_shows_no_stay(car_park):
    member = make_member()
    make_vehicle(member, PLATE)
    make_stay(car_park)

    assert not stays_of(member).exists()


def test_a_member_sees_stays_of_the_own_plates_only(car_park):
    member = make_member()
    vehicle = verified(member)
    own = make_stay(car_park)
    make_stay(car_park, "浙B12345")
    pass_gate(car_park, gate_row(car_park, "entry", ago(5), colour="yellow"))
    assert list(stays_of(member)) == [own]
    assert not stays_of(make_member()).exists()

    parking.remove_vehicle(vehicle=vehicle)
    assert not stays_of(member).exists()


def test_what_was_before_the_plate_was_the_members_is_not_shown(car_park):
    with clock.travel_to(ago(3_000)):
        make_stay(car_park, left=True)
    member = make_member()
    verified(member, registered_at=ago(100))
    assert not stays_of(member).exists()

    now_inside = make_stay(car_park, minutes=200)
    assert list(stays_of(member)) == [now_inside]


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"state": "closed"}, "stay_state_says_what_is_known"),
        ({"entered_at": None}, "stay_state_says_what_is_known"),
        ({"state": "gone"}, "stay_state_says_what_is_known"),
        ({"state": "merged"}, "stay_merged_iff_into_another"),
        ({"plate_hash": b"x"}, "stay_plate_is_hashed"),
    ],
)
def test_the_table_refuses_what_no_verb_writes(car_park, change, promise):
    stay = make_stay(car_park)
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Stay.objects.filter(pk=stay.pk).update(**change)


def test_a_second_open_stay_of_a_plate_is_refused(car_park):
    stay = make_stay(car_park)
    event = GateEvent.objects.get()
    pass_gate(car_park, gate_row(car_park, "entry", ago(600)))
    earlier = Stay.objects.get(state="lost_exit")
    with (
        pytest.raises(IntegrityError, match="stay_one_open_per_plate_of_a_car_park"),
        transaction.atomic(),
    ):
        Stay.objects.filter(pk=earlier.pk).update(state="open")
    with pytest.raises(IntegrityError, match="stay_one_per_entry"), transaction.atomic():
        Stay.objects.filter(pk=earlier.pk).update(entry_event=event)
    assert stay.state == "open"


@pytest.mark.parametrize(
    "statement",
    [
        "update parking_gateevent set occurred_at = now()",
        "update parking_gateevent set event_id = 'other'",
        "delete from parking_gateevent",
    ],
)
def test_what_a_gate_said_stands(car_park, statement):
    make_stay(car_park)
    with (
        pytest.raises(DatabaseError, match="parking_gateevent"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
