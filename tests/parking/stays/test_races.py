"""Gate events that come at the same instant, each report over a connection of its own."""

from datetime import timedelta

from django.utils import timezone

from district.kernel import invariants
from parking import services as parking
from parking.models import GateEvent, Stay
from tests.factories.parking import make_car_park, make_feed
from tests.factories.stays import PLATE, gate_row, make_gated_car_park, make_stay, pass_gate
from tests.race import race


def test_one_event_sent_by_eight_at_once_is_taken_once(real_db):
    car_park = make_gated_car_park()
    row = gate_row(car_park, "entry", timezone.now())

    answers = race(*[lambda: pass_gate(car_park, row)] * 8)

    assert sorted(outcome for (outcome,) in answers) == ["accepted", *["repeated"] * 7]
    assert (GateEvent.objects.count(), Stay.objects.count()) == (1, 1)


def test_entries_and_exits_of_a_plate_at_once_end_as_in_order(real_db):
    now = timezone.now()
    for _turn in range(3):
        car_park = make_gated_car_park()
        rows = [
            gate_row(
                car_park, "exit" if place % 2 else "entry", now - timedelta(minutes=80 - place * 10)
            )
            for place in range(8)
        ]
        answers = race(
            *(lambda row=row, car_park=car_park: pass_gate(car_park, row) for row in reversed(rows))
        )
        assert answers == [["accepted"]] * 8
        assert (
            list(
                Stay.objects.filter(car_park=car_park)
                .exclude(state="merged")
                .values_list("state", flat=True)
            )
            == ["closed"] * 4
        )

    assert list(invariants.offences()) == []


def test_reports_of_the_same_car_parks_in_opposite_order_do_not_wait_in_a_circle(real_db):
    feed, now = make_feed(), timezone.now()
    car_parks = [make_car_park(feed=feed) for _ in range(5)]

    def rows(order, turn):
        at = now - timedelta(minutes=turn)
        return [gate_row(car_park, "entry", at, f"浙A1234{turn}") for car_park in order]

    answers = race(
        *(
            lambda turn=turn, order=order: parking.record_gate_events(
                feed=feed, rows=rows(order, turn)
            )
            for turn, order in enumerate([car_parks, car_parks[::-1]] * 4)
        )
    )

    assert {result.outcome for answer in answers for result in answer} == {"accepted"}
    assert Stay.objects.count() == 40


def test_a_correction_races_an_exit(real_db):
    now = timezone.now()
    for _turn in range(5):
        car_park = make_gated_car_park()
        stay = make_stay(car_park, "浙A12B45")
        race(
            lambda stay=stay: parking.correct_plate(stay=stay, plate=PLATE, by=None),
            lambda car_park=car_park: pass_gate(car_park, gate_row(car_park, "exit", now)),
        )
        live = Stay.objects.filter(car_park=car_park).exclude(state="merged")
        assert [row.state for row in live] == ["closed"]

    assert list(invariants.offences()) == []
