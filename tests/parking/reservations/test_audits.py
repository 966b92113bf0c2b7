"""Each audit query of reservations finds the row it is there for."""

from datetime import timedelta

import pytest
from django.db import connection

from district.kernel import clock, invariants
from parking import services as parking
from parking.invariants import INVARIANTS
from parking.queries.vehicles import plate_of
from tests.factories.parking import make_reservable_pool, make_reservation, window_in
from tests.factories.stays import gate_row, pass_gate
from tests.parking.reservations.deposit_steps import pay
from tests.payments.bank_channel import bank

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_the_ledger]
__all__ = ["bank"]
_ARRIVED = "where stay_id is not null"
_WAITING = "where state = 'confirmed'"


def _without(table, constraint):
    return f"alter table {table} drop constraint {constraint};"


# What breaks a promise, by the promise; written past constraints and triggers, as no verb would.
BROKEN = {
    "a slot counts": "update parking_poolslot set reserved = 0 where reserved > 0",
    "no slot is overbooked": _without("parking_poolslot", "slot_never_overbooked")
    + "update parking_poolslot set capacity = 0 where reserved > 0",
    "reservations of a plate": _without(
        "parking_reservation", "reservation_of_a_plate_never_overlaps"
    )
    + f"update parking_reservation set plate_key = 1 {_WAITING}",
    "reservations of a numbered bay": _without(
        "parking_reservation", "reservation_of_a_bay_never_overlaps"
    )
    + f"update parking_reservation set bay_id = (select id from parking_bay) {_WAITING}",
    "a plate is reserved": "update parking_vehicle set removed_at = clock_timestamp(), is_default = false",
    "a reservation with a deposit": f"update parking_reservation set deposit_fen = 1 {_WAITING}",
    "the deposit of a car": "update payments_payment set refund_reserved_fen = 0",
    "the car of a reservation": "update parking_reservation set late_until = admitted_from"
    f" {_ARRIVED}",
    "a car that came in time": "update parking_gateevent set received_at = now() - interval '1 hour';"
    " update parking_reservation set state = 'no_show', stay_id = null, arrived_at = null"
    f" {_ARRIVED}",
    "nobody waits": "update parking_carparkclosing set ended_at = now() - interval '1 hour',"
    " car_park_id = (select car_park_id from parking_pool join parking_bay on pool_id ="
    " parking_pool.id)",
    "a car park that closed": "update parking_carparkclosing set relocated = 7",
}
TABLES = ["parking_poolslot", "parking_reservation", "parking_vehicle", "parking_gateevent"]


@pytest.fixture
def reserved(db, bank):
    """Two that wait, one whose car has left and whose deposit went back, and a car park that has closed."""
    pool = make_reservable_pool(3, deposit_fen=2_000)
    parking.add_bays(pool=pool, numbers=["E01"], by=None)
    parked = pay(bank, make_reservation(pool, channel="bank", window=window_in(0.25)))
    for _ in range(2):
        pay(bank, make_reservation(pool, channel="bank"))
    rows = [
        gate_row(pool.car_park, direction, clock.now() + timedelta(seconds=seconds), plate_of(parked.vehicle))
        for seconds, direction in enumerate(("entry", "exit"))
    ]  # fmt: skip
    pass_gate(pool.car_park, *rows)
    parking.close_car_park(car_park=make_reservable_pool().car_park, by=None)
    parking.close_out_car_parks()
    assert list(invariants.offences()) == []


@pytest.mark.parametrize("promise", BROKEN)
def test_a_broken_promise_of_reservations_is_found(reserved, promise):
    (query,) = [name for name in INVARIANTS if name.startswith(promise)]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(BROKEN[promise])
        cursor.execute(INVARIANTS[query])
        assert cursor.fetchall(), query
