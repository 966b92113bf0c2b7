"""Steps of the tests of fees: a car park that charges Chongqing's key area, by day; cars, tenders and time."""

from datetime import UTC, datetime, timedelta

from district.kernel import clock
from district.payments import services as payments
from parking import listeners
from parking import services as parking
from parking.queries.fees import due_of
from parking.queries.vehicles import vehicles_of
from tests.factories.coupons import PARKING, issue, make_version
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.merchants import make_store
from tests.factories.parking import fresh_key, make_car_park, make_feed, make_vehicle
from tests.factories.stays import PLATE, gate_row, make_stay, pass_gate
from tests.factories.tariffs import make_tariff, make_tariff_version
from tests.payments.payment_steps import accept, events

# Two in the afternoon in Shanghai; half an hour costs 3 yuan in the first hour, then 4.
NOON = datetime(2027, 3, 2, 6, tzinfo=UTC)


def make_charging_car_park(store=None):
    """It takes coupons and points at its store; three hours before NOON its tariff began."""
    store = store or make_store()
    with clock.travel_to(NOON - timedelta(hours=6)):
        car_park = make_car_park(feed=make_feed(store.merchant))
        tariff = make_tariff(store.merchant)
        make_tariff_version(tariff)
        parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)
        return parking.set_fee_terms(car_park=car_park, store=store, exit_grace_minutes=15, by=None)


def parked(car_park, minutes=70, plate=PLATE):
    """A car that came so many minutes ago; 70 cost 10 yuan."""
    return make_stay(car_park, plate, minutes=minutes)


def leave(car_park, plate=PLATE):
    pass_gate(car_park, gate_row(car_park, "exit", clock.now(), plate))


def owned(member, plate=PLATE):
    """The member's car, whose papers somebody saw."""
    vehicle = make_vehicle(member, plate=plate)
    vehicles_of(member).filter(pk=vehicle.pk).update(verified_at=clock.now())
    return vehicle


def quote(stay, member, **options):
    return parking.quote_fee(
        stay=stay, member=member, key=options.pop("key", None) or fresh_key(), **options
    )


def minutes_coupon(member, minutes=60, **fields):
    return issue(make_version(**PARKING | {"parking_minutes": minutes} | fields), member)


def fen_coupon(member, fen=300, **fields):
    return issue(make_version(kind="parking", face_fen=fen, **fields), member)


def give_points(member, points):
    """Earned at a store that grants a point for each yuan."""
    buy(member, make_earning_store(), fen=points * 100)


def tenders(row):
    return [(tender.kind, tender.amount_fen) for tender in row.tenders.order_by("place")]


def due_fen(stay):
    stay.refresh_from_db()
    found = due_of(stay, clock.now())
    return None if found is None else found.due_fen


def pay(bank, row):
    """The phone pays by the bank, which reports it, and the worker hands the event over."""
    row = parking.pay_fee(quote=row, channel="bank")
    payments.prepare_payment(order=row.order)
    accept(bank.pay(row.order))
    listeners.on_order_paid(events("OrderPaid")[-1])
    row.refresh_from_db()
    return row
