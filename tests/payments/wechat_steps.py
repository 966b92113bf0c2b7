"""WeChat Pay as the channel of the district: the sandbox as a process, and its notices handed to our address."""

import pytest
from django.test import Client

from district.kernel import clock
from district.kernel.inbox.handling import handle_due
from district.payments import services as payments
from district.payments.channels import wechat
from tests.payments.payment_steps import fresh, place
from tests.wechat.fixtures import APPID, SECRET

ADDRESS = "/wechat/pay/notices"


def point_settings_to(settings, sandbox, receiver):
    """The district is the sandbox's merchant, and its notices go to the receiver."""
    settings.WECHAT_APPID, settings.WECHAT_SECRET = APPID, SECRET
    sandbox.configure(settings)
    settings.PUBLIC_URL = receiver.url.partition("/notices")[0]


@pytest.fixture
def wechat_pay(database, sandbox, receiver, settings, monkeypatch):
    """The sandbox, with the district set up as its merchant and domain time by its clock; calls are not patient."""
    point_settings_to(settings, sandbox, receiver)
    client = sandbox.client()
    monkeypatch.setattr(wechat, "pay_client", lambda: client)
    # Refunds end when a test says so.
    sandbox.control("pay-settings", refund_seconds=10_000_000)
    # Some test may have moved its clock ahead, where an order of now is over.
    with clock.travel_to(sandbox.now):
        yield sandbox


@pytest.fixture
def deliver(wechat_pay, receiver):
    """Hand what the sandbox has sent, so many in all, to our address and to the worker; the answers' statuses."""

    def hand_over(number):
        received = receiver.wait_for(number)
        statuses = [post(headers, body).status_code for headers, body in received]
        receiver.clear()
        handle_due()
        return statuses

    return hand_over


def post(headers, body):
    """As WeChat Pay sends a notice."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    named.pop("HTTP_CONTENT_LENGTH", None)
    named.pop("HTTP_HOST", None)
    return Client(raise_request_exception=False).post(
        ADDRESS, body, content_type="application/json", **named
    )


def place_wechat(member, **changed):
    return place(member, channel="wechat", **changed)


@pytest.fixture
def paid(member, wechat_pay, deliver):
    """An order that is paid on the phone and known by its notice."""
    order = place_wechat(member)
    wechat_pay.control("pay-order", **payments.prepare_payment(order=order))
    deliver(1)
    return fresh(order)
