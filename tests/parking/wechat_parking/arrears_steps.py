"""Cars that left unpaid where that is collected, at two in the afternoon, and paying for them."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.payments import services as payments
from district.payments.models import PaymentRefund
from parking import services as parking
from parking.models import Arrears, Vehicle
from tests.factories.arrears import make_collecting_car_park
from tests.factories.parking import make_vehicle
from tests.factories.stays import PLATE, make_stay
from tests.parking.fees.fee_steps import NOON
from tests.payments.bank_channel import bank
from tests.payments.payment_steps import accept, events

__all__ = ["bank"]


@pytest.fixture
def collecting():
    """A car park that charges, and asks for what was left unpaid."""
    with clock.travel_to(NOON):
        yield make_collecting_car_park()


def verified(member=None, plate=PLATE):
    vehicle = make_vehicle(member, plate)
    Vehicle.objects.filter(pk=vehicle.pk).update(verified_at=clock.now())
    return vehicle


def leave_unpaid(car_park, **options):
    """A car left, and a quarter of an hour later somebody looks."""
    stay = make_stay(car_park, left=True, **options)
    with clock.travel_to(clock.now() + timedelta(minutes=16)):
        parking.reckon_stays()
    return stay


def arrears_of(stay):
    return Arrears.objects.filter(stay=stay).first()


@pytest.fixture
def owed(collecting, bank):
    verified()
    return arrears_of(leave_unpaid(collecting))


def pay(bank, row):
    """The phone pays, the bank reports it; the event."""
    ordered = parking.pay_arrears(arrears=row, channel="bank")
    payments.prepare_payment(order=ordered.order)
    accept(bank.pay(ordered.order))
    return events("OrderPaid")[-1]


def returned():
    return list(PaymentRefund.objects.order_by("pk").values_list("amount_fen", flat=True))
