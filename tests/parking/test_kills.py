"""Processes die with a place on hold and in the middle of reports: the hold ends on time, no event is lost or doubled."""

import contextlib
import subprocess
import sys
import threading
from datetime import timedelta
from http.client import HTTPException

import pytest
from django.conf import settings
from django.db import connection

from district.embedded.processes import wait_until
from district.kernel import clock, invariants
from district.kernel.plugin import invariants_of
from parking import errors
from parking.models import GateEvent, Reservation, Stay
from parking.queries.reservable import pool_to_reserve
from tests.factories.parking import (
    feed_key_text,
    make_car_park,
    make_feed,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)
from tests.servers import WebServer

pytestmark = [pytest.mark.kill, pytest.mark.slow]
REPORTS, ROWS = 12, 100
# A phone's request that reserved a place and has not come to paying for it.
HOLDER = """
import sys, time, django
django.setup()
from datetime import datetime
from district.kernel.idempotency import Key
from parking.models import Vehicle
from parking.queries.reservable import pool_to_reserve
from parking.reservations.windows import Window
from parking.services import reserve_place
pool, vehicle, start, end = sys.argv[1:]
window = Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
reserve_place(pool=pool_to_reserve(pool), vehicle=Vehicle.objects.get(public_id=vehicle), window=window,
              hold=True, key=Key.of("test", "hold"))
print("held", flush=True)
time.sleep(600)
"""


def test_a_hold_whose_process_was_killed_before_payment_is_free_on_time(durable_db):
    pool, window = make_reservable_pool(1), window_in(3)
    vehicle, other = make_vehicle(), make_vehicle()
    command = [
        *(sys.executable, "-c", HOLDER, pool.public_id, vehicle.public_id),
        *(window.starts_at.isoformat(), window.ends_at.isoformat()),
    ]
    environment = {**durable_db.env, "DJANGO_SETTINGS_MODULE": "district.settings"}
    with subprocess.Popen(
        command, env=environment, cwd=settings.ROOT, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        answer = process.stdout.readline()
        process.kill()
    assert answer == b"held\n"

    held = Reservation.objects.get()
    assert held.state == "held"
    with (
        clock.travel_to(held.hold_expires_at - timedelta(seconds=1)),
        pytest.raises(errors.ReservationFull),
    ):
        make_reservation(pool_to_reserve(pool.public_id), other, window=window, hold=True)
    with clock.travel_to(held.hold_expires_at):
        taken = make_reservation(pool_to_reserve(pool.public_id), other, window=window)

    held.refresh_from_db()
    assert (held.state, taken.state) == ("expired", "confirmed")
    assert invariants.findings(invariants_of("parking")) == []


def report_of(car_park, number, at):
    """A hundred cars that came, half of which left."""
    rows = []
    for place in range(ROWS):
        car, leaves = divmod(place, 2)
        plate = f"浙B{number * ROWS + car:05d}"
        direction = "exit" if leaves and car % 2 else "entry"
        if leaves and not car % 2:
            plate = f"浙C{number * ROWS + car:05d}"
        rows.append(
            {
                "event_id": f"e-{number}-{place}",
                "car_park": car_park.public_id,
                "direction": direction,
                "occurred_at": (at + timedelta(minutes=number, seconds=40 * leaves)).isoformat(),
                "plate": plate,
            }
        )
    return {"events": rows}


def test_reports_whose_server_is_killed_are_sent_again_and_count_once(
    durable_cluster, durable_db, tmp_path
):
    car_park = make_car_park(feed=make_feed())
    token, at = feed_key_text(car_park.feed), clock.now() - timedelta(hours=2)
    reports = [report_of(car_park, number, at) for number in range(REPORTS)]
    server = WebServer(env=durable_db.env, folder=tmp_path)
    server.start()

    def send(report):
        """The answer, or None when there was none."""
        with contextlib.suppress(OSError, HTTPException):
            answer = server.connect().ask(
                "POST", "/api/v1/parking/feed/gate-events", token=token, body=report
            )
            return answer if answer.status == 200 else None
        return None

    def stored():
        connection.close()
        return GateEvent.objects.count()

    def send_all():
        for report in reports:
            send(report)

    sender = threading.Thread(target=send_all)
    sender.start()
    assert wait_until(lambda: stored() >= ROWS, 60)
    server.kill9()
    sender.join()
    before = stored()
    # A report is taken whole or not at all.
    assert 0 < before < REPORTS * ROWS
    assert before % ROWS == 0
    server.start()
    dead = durable_cluster.kill9()
    durable_cluster.wait_back(dead)

    for report in reports:
        assert wait_until(lambda report=report: send(report) is not None, 60)
    outcomes = {row["outcome"] for report in reports for row in send(report).body["results"]}
    server.stop()

    connection.close()
    assert outcomes == {"repeated"}
    assert GateEvent.objects.count() == REPORTS * ROWS
    assert not GateEvent.objects.filter(stay=None).exists()
    assert Stay.objects.filter(state="closed").count() == REPORTS * ROWS // 4
    assert Stay.objects.filter(state="open").count() == REPORTS * ROWS // 2
    assert invariants.findings(invariants_of("parking")) == []
