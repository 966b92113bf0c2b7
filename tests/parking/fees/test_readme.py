"""The example of the README is played."""

import re
from contextlib import ExitStack
from datetime import datetime

import pytest
from django.conf import settings
from django.db.models import Sum

from district.kernel import clock
from loyalty.settlement.models import Booking
from parking import services
from parking.models import FeeRefundPart
from tests.factories.members import make_member
from tests.factories.merchants import make_store
from tests.parking.fees import fee_steps as steps
from tests.payments.bank_channel import bank

pytestmark = pytest.mark.django_db
__all__ = ["bank"]


def test_the_readme_tells_the_truth(bank):
    readme = (settings.ROOT / "parking" / "fees" / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    with ExitStack() as time:
        play(example, time, bank)


def play(example, time, bank):
    time.enter_context(clock.travel_to(steps.NOON))
    car_park, member, shop = steps.make_charging_car_park(), make_member(), make_store()
    stay, coupon = steps.parked(car_park, minutes=130), steps.fen_coupon(member, 300)
    steps.give_points(member, 200)
    services.set_validation_rule(
        merchant=shop.merchant, from_fen=10_000, minutes=60, car_parks=[car_park], by=None
    )

    def at(clock_text):
        hour, minute = map(int, clock_text.split(":"))
        local = steps.NOON.astimezone(clock.SHANGHAI)
        assert isinstance(local, datetime)
        time.enter_context(clock.travel_to(local.replace(hour=hour, minute=minute)))

    def validate(*, receipt, paid_yuan):
        services.grant_validation(
            store=shop,
            receipt_no=receipt,
            paid_fen=paid_yuan * 100,
            plate=steps.PLATE,
            actor="till:1",
            key=steps.fresh_key(),
        )

    def given_back():
        parts = FeeRefundPart.objects.values_list("tender__kind").order_by("tender__kind")
        return dict(parts.annotate(total=Sum("amount_fen")))

    scope = {name: getattr(services, name) for name in services.__all__} | {
        "at": at,
        "coupon": coupon.public_id,
        "due": lambda: steps.due_fen(stay),
        "given_back": given_back,
        "key": steps.fresh_key,
        "member": member,
        "now": clock.now,
        "owed_by_shop": lambda: Booking.objects.get(payer=shop.merchant).fen,
        "pay": lambda quote: steps.pay(bank, quote),
        "stay": stay,
        "tenders": lambda quote: dict(steps.tenders(quote)),
        "validate": validate,
    }
    exec(example, scope)
