"""The month of cars of the demo is what its gates would have left, and the simulated gates go on from there."""

import random
from datetime import timedelta

import pytest
from django.test import Client

from district.demo import parking_simulation
from district.demo.parking_simulation import Simulation
from district.kernel import clock
from parking import demo_month
from parking.models import GateEvent, LiveOccupancy, Stay
from parking.queries.stays import EventsOfPlate
from parking.services.pair_events import pair_events
from tests.factories.parking import make_pool

pytestmark = pytest.mark.django_db


class Context:
    """The last evening of the demo's year is yesterday's."""

    def at(self, days_ago, hour, minute=0):
        yesterday = clock.start_of_day(clock.business_day(clock.real_now())) - timedelta(days=1)
        return yesterday - timedelta(days=days_ago) + timedelta(hours=hour, minutes=minute)


def test_pairing_what_was_written_at_once_changes_nothing(car_park, monkeypatch):
    monkeypatch.setattr(demo_month, "DAYS", 3)

    demo_month.play_month(Context())

    before = list(Stay.objects.order_by("pk").values())
    assert len(before) > 50
    plates = {EventsOfPlate.of(event) for event in GateEvent.objects.all()}
    for plate in plates:
        pair_events(plate)
    assert list(Stay.objects.order_by("pk").values()) == before


def test_simulated_gates_and_counters_report_over_http(car_park, pool, feed):
    """So many turns as of a morning; every row of theirs is taken."""
    client = Client()

    def post(path, token, body):
        answer = client.post(
            f"/api/v1/parking/feed/{path}",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.content
        outcomes = {row["outcome"] for row in answer.json()["results"]}
        assert outcomes <= {"accepted", "repeated"}, answer.content

    make_pool(car_park, bay_class="ev", capacity=4)
    simulation = Simulation(post, chance=random.Random(7))
    now = clock.real_now()
    for minutes in range(60, 0, -3):
        with clock.travel_to(now - timedelta(minutes=minutes)):
            simulation.turn()
    simulation.end()

    assert Stay.objects.filter(state="open").exists()
    assert Stay.objects.filter(state="closed").exists()
    live = LiveOccupancy.objects.get(pool=pool)
    assert 0 < live.occupied <= pool.capacity
    assert not feed.keys.filter(revoked_at=None).exists()
    # A run that follows knows which cars stand there.
    inside = {stay.pk for stay in Stay.objects.filter(state="open")}
    assert len(parking_simulation.cars_inside(car_park)) == len(inside)
