"""The demo's chapter of fees by itself, in a district of two shops."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from district.kernel import clock
from parking import demo_fees
from parking.models import FeeRefund, FeeRefundProposal, FeeTender, MinuteValidation
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import make_store
from tests.parking.fees.fee_steps import NOON, give_points, make_charging_car_park, make_version

pytestmark = pytest.mark.django_db


def test_the_demo_shows_every_tender_and_a_refund_that_waits():
    with clock.travel_to(NOON):
        stores = [make_store(), make_store()]
        make_charging_car_park(stores[0])
        make_version(kind="parking", parking_minutes=120)
        members = [make_member(f"小{number}") for number in range(5)]
        for member in members:
            give_points(member, 500)
        context = SimpleNamespace(
            main_merchants=[
                SimpleNamespace(merchant=store.merchant, stores=[store]) for store in stores
            ],
            members=members,
            operator=make_operator(),
            travel_to=lambda days, *_time: clock.travel_to(NOON - timedelta(days=days)),
        )

        demo_fees.play_fees(context)

        kinds = set(FeeTender.objects.values_list("kind", flat=True))
        assert kinds == {"validation", "minutes_coupon", "points", "money"}
        assert set(MinuteValidation.objects.values_list("state", flat=True)) == {"used", "granted"}
        assert (FeeRefund.objects.count(), FeeRefundProposal.objects.count()) == (1, 1)
