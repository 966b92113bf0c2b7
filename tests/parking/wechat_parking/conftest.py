"""WeChat's sandbox with the district as its merchant, a car park that charges, and 小林, whose plate is served."""

from datetime import timedelta

import pytest
from django.test import Client

from district.kernel import clock
from district.kernel.inbox.handling import handle_due
from district.payments.channels import wechat as wechat_channel
from parking import services as parking
from parking.tariff.examples import published_tariffs
from parking.wechat_parking import charges, entries, plates
from tests.factories.members import make_member
from tests.factories.parking import make_vehicle
from tests.factories.stays import PLATE, make_gated_car_park
from tests.factories.tariffs import make_tariff
from tests.parking.wechat_parking.steps import ADDRESS, ParkedCar
from tests.payments.wechat_steps import point_settings_to
from tests.wechat.pay_sandbox import receiver, sandbox, sandbox_of_session, sandbox_process

EARLIEST_HOUR, LATEST_HOUR = 4, 22
__all__ = ["receiver", "sandbox", "sandbox_of_session", "sandbox_process"]


@pytest.fixture
def database(request):
    """The database of the test: one of its own where it says so, else one that is rolled back."""
    own = {"real_db", "durable_db"} & set(request.fixturenames)
    return request.getfixturevalue(own.pop() if own else "db")


@pytest.fixture
def wechat(database, sandbox, receiver, settings, monkeypatch):
    """The sandbox, domain time by its clock; charges end when a test says so, calls are not patient."""
    point_settings_to(settings, sandbox, receiver)
    client = sandbox.client()
    for module in (charges, entries, plates, wechat_channel):
        monkeypatch.setattr(module, "pay_client", lambda: client)
    sandbox.control("pay-settings", charge_seconds=10_000_000, refund_seconds=10_000_000)
    hour = sandbox.now.astimezone(clock.SHANGHAI).hour
    if not EARLIEST_HOUR <= hour < LATEST_HOUR:
        # A stay over midnight has a unit more.
        sandbox.control("advance", seconds=(EARLIEST_HOUR - hour) % 24 * 3600)
    with clock.travel_to(sandbox.now):
        yield sandbox


@pytest.fixture
def deliver(wechat, receiver):
    """Hand what the sandbox has sent, so many in all, to our address and to the worker; the answers' statuses."""

    def hand_over(number):
        received = receiver.wait_for(number)
        statuses = [post(headers, body).status_code for headers, body in received]
        receiver.clear()
        handle_due()
        return statuses

    return hand_over


def post(headers, body):
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    named.pop("HTTP_CONTENT_LENGTH", None)
    named.pop("HTTP_HOST", None)
    return Client(raise_request_exception=False).post(
        ADDRESS, body, content_type="application/json", **named
    )


@pytest.fixture
def scene(wechat, deliver, receiver):
    """A car park of 1.50 yuan for each quarter of an hour, at any hour, and the plate of 小林, for which the service is open."""
    member = make_member("小林", openid=wechat.openid())
    car_park = make_gated_car_park()
    tariff = make_tariff(car_park.merchant)
    with clock.travel_to(clock.now() - timedelta(days=40)):
        draft = parking.save_tariff_draft(
            tariff=tariff, document=published_tariffs()["mall_24h_cap"].document, by=None
        )
        parking.publish_tariff_version(version=draft, start=None, by=None)
    parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)
    car_park = parking.set_arrears_policy(car_park=car_park, collects_arrears=True, by=None)
    vehicle = make_vehicle(member, PLATE, "blue")
    made = ParkedCar(wechat, deliver, member, car_park, vehicle, receiver)
    made.serve()
    plates.refresh_plates()
    return made
