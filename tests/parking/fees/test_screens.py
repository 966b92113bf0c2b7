"""Fees on the screens of operators, refunds that two people decide, and how many queries a quote costs."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from district.kernel import clock
from district.kernel.errors import FourEyesNeeded
from parking import services as parking
from parking.models import FeeRefund
from tests.factories.members import make_member, make_operator
from tests.parking.fees.fee_steps import (
    NOON,
    due_fen,
    fen_coupon,
    fresh_key,
    give_points,
    make_charging_car_park,
    parked,
    quote,
)
from tests.payments.bank_channel import bank

pytestmark = pytest.mark.django_db
__all__ = ["bank"]


@pytest.fixture
def car_park(db, bank):
    with clock.travel_to(NOON):
        yield make_charging_car_park()


def paid(car_park, fen):
    stay = parked(car_park)
    parking.record_money(
        stay=stay, amount_fen=fen, channel="cash", reference="c1", at=NOON, key=fresh_key()
    )
    return stay


def test_a_large_refund_waits_for_another_person(car_park):
    stay, first, second = paid(car_park, 50_000), make_operator(), make_operator("fuhe")

    def propose(fen):
        return parking.propose_fee_refund(
            stay=stay, amount_fen=fen, reason="多收", by=first, key=fresh_key()
        )

    assert isinstance(propose(15_000), FeeRefund)
    # In parts a large sum is large, too.
    proposal = propose(15_000)
    with pytest.raises(FourEyesNeeded):
        parking.decide_fee_refund(proposal=proposal, approve=True, by=first)
    decided = parking.decide_fee_refund(proposal=proposal, approve=True, by=second)

    assert decided.refund.amount_fen == 15_000
    assert due_fen(stay) == 0


def test_the_page_of_a_stay_tells_its_fee_tenders_and_refunds(car_park):
    stay, operator = paid(car_park, 1_000), make_operator()
    parking.refund_fee(stay=stay, amount_fen=200, reason="多收", by=None, key=fresh_key())
    client = Client()
    client.force_login(operator, backend="district.members.backends.StaffBackend")

    page = client.get(f"/admin/parking/stay/{stay.pk}/change/").content.decode()

    for text in ("收费明细", "支付与抵扣", "¥10.00", "¥2.00", "多收"):
        assert text in page


def test_quoting_and_paying_ask_no_more_than_they_must(car_park):
    stay, member = parked(car_park), make_member()
    coupon = fen_coupon(member, 300)
    give_points(member, 200)
    quote(parked(car_park, plate="浙B12345"), member)

    with CaptureQueriesContext(
        connection,
    ) as quoting:
        made = quote(stay, member, coupons=[coupon.public_id], points=200)
    with CaptureQueriesContext(connection) as paying:
        parking.pay_fee(quote=made, channel="bank")

    assert (len(quoting), len(paying)) == (28, 18)
