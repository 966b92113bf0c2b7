"""Notices of the smart district at our address: verified, kept, handled, every field read or ignored by name."""

from dataclasses import fields
from datetime import datetime

import pytest
from django.test import Client

from district.kernel import clock
from district.kernel.inbox.handling import handle_due
from district.kernel.models import InboxRow
from district.wechat.pay import business_circle as pay
from district.wechat.pay.notices import Envelope
from district.wechat.pay.orders import JsapiOrder, place_order
from loyalty.business_circle import inbox
from loyalty.business_circle.errors import ForeignNotice
from loyalty.business_circle.models import Authorization, MallPayment, MallRefund
from tests.business_circle.mall_steps import member_of, points_of
from tests.wechat.fixtures import APPID

AT = datetime.fromisoformat("2026-05-01T12:00:00+08:00")
READERS = {
    pay.CardActivated: lambda content: inbox.read_authorization(
        content,
        Envelope(notice_id="EV-1", create_time=AT, event_type="MALL_AUTH.ACTIVATE_CARD"),
    ),
    pay.MallPaymentNotice: inbox.read_payment,
    pay.MallRefundNotice: inbox.read_refund,
}
VALUES = {
    "mchid": "1900000001",
    "appid": APPID,
    "openid": "oLin",
    "amount_fen": 12_680,
    "pay_amount_fen": 12_680,
    "refund_amount_fen": 100,
    "time_end": AT,
    "refund_time": AT,
    "transaction_id": "42",
    "refund_id": "50",
    "shop_number": " 7 ",
    "shop_name": "奶茶",
    "commit_tag": "tag",
    "auth_type": "REGISTERED_MODE",
}


class Recorder:
    """Answers as a notice does, and knows what was read."""

    def __init__(self, **changed):
        self.values, self.read = VALUES | changed, set()

    def __getattr__(self, name):
        self.read.add(name)
        return self.values[name]


@pytest.fixture
def ours(settings):
    settings.WECHAT_PAY_MCHID, settings.WECHAT_APPID = VALUES["mchid"], APPID


@pytest.mark.parametrize("content_type", READERS, ids=lambda content_type: content_type.__name__)
def test_every_field_is_read_or_ignored_by_name(ours, content_type):
    recorder = Recorder()

    READERS[content_type](recorder)

    named = {field.name for field in fields(content_type)}
    assert recorder.read | inbox.IGNORED_FIELDS[content_type] == named
    assert recorder.read & inbox.IGNORED_FIELDS[content_type] == set()


@pytest.mark.parametrize("content_type", READERS, ids=lambda content_type: content_type.__name__)
def test_a_notice_of_another_merchant_is_not_ours(ours, content_type):
    with pytest.raises(ForeignNotice):
        READERS[content_type](Recorder(mchid="1900000002"))


@pytest.mark.parametrize("content_type", [pay.MallPaymentNotice, pay.MallRefundNotice])
def test_a_notice_of_another_mini_program_is_not_ours(ours, content_type):
    with pytest.raises(ForeignNotice):
        READERS[content_type](Recorder(appid="wxother"))


def test_what_may_be_missing_is_empty(ours):
    report = inbox.read_payment(Recorder(shop_number=None, shop_name=None, commit_tag=None))

    assert (report.shop_number, report.shop_name, report.is_requested) == ("", "", False)


def test_a_number_is_read_without_the_blanks_around_it(ours):
    assert inbox.read_payment(Recorder()).shop_number == "7"


@pytest.fixture
def deliver(mall, receiver):
    """Hand what the sandbox has sent, so many in all, to our address and to the worker; the answers' statuses."""

    def hand_over(number, *, order=None):
        received = list(receiver.wait_for(number))
        statuses = [post(*received[place]).status_code for place in order or range(number)]
        receiver.clear()
        handle_due()
        return statuses

    return hand_over


def post(headers, body):
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    for name in ("HTTP_CONTENT_LENGTH", "HTTP_HOST"):
        named.pop(name, None)
    return Client(raise_request_exception=False).post(
        "/wechat/business-circle/notices", body, content_type="application/json", **named
    )


def test_authorisation_payment_and_refund_through_our_address(mall, deliver, store):
    mall.control("pay-mall-authorize", person="alice")
    payment = mall.control(
        "pay-mall-payment", person="alice", amount_fen=12_680, shop_number=store.public_id
    )
    assert deliver(2) == [204, 204]

    assert Authorization.objects.get().state == "authorized"
    assert MallPayment.objects.get().state == "credited"
    member = member_of(mall.openid("alice"))
    assert points_of(member) == (126, 0)

    mall.control(
        "pay-mall-refund",
        transaction_id=payment["transaction_id"],
        refund_fen=8_000,
        send_anyway=True,
    )
    assert deliver(1) == [204]
    assert MallRefund.objects.get().state == "applied"
    assert points_of(member) == (46, 0)


def test_a_notice_that_comes_again_in_another_envelope_is_handled_once(mall, deliver, store):
    mall.control("pay-settings", new_envelopes=True)
    mall.control("pay-mall-authorize", person="alice")
    mall.control("pay-mall-payment", person="alice", amount_fen=12_680, shop_number=store.public_id)
    assert deliver(2) == [204, 204]
    for notice in mall.notices():
        mall.control("pay-deliver", id=notice["id"])
    assert deliver(2) == [204, 204]

    assert InboxRow.objects.count() == 4
    assert MallPayment.objects.count() == 1
    assert points_of(member_of(mall.openid("alice"))) == (126, 0)


def test_a_wrong_signature_is_refused_and_nothing_is_kept(mall, receiver, store):
    mall.control("pay-mall-authorize", person="alice")
    ((headers, body),) = receiver.wait_for(1)

    answer = post(headers | {"Wechatpay-Nonce": "other"}, body)

    assert answer.status_code == 401
    assert answer.json()["code"] == "FAIL"
    assert InboxRow.objects.count() == 0


def test_without_a_merchant_the_notice_comes_again(mall, receiver, settings):
    mall.control("pay-mall-authorize", person="alice")
    ((headers, body),) = receiver.wait_for(1)
    settings.WECHAT_PAY_MCHID = ""

    assert post(headers, body).status_code == 503


def test_a_payment_order_at_this_address_is_set_aside(mall, receiver, deliver):
    order = JsapiOrder(
        appid=APPID,
        description="停车费",
        out_trade_no="PARK-0001",
        notify_url=receiver.url,
        total_fen=100,
        openid=mall.openid("alice"),
    )
    place_order(mall.client(), order)
    mall.control("pay-order", out_trade_no="PARK-0001")

    assert deliver(1) == [204]
    row = InboxRow.objects.get()
    assert (row.handled_at, row.last_error) == (None, "UnknownEvent")
    assert clock.real_now() < row.next_attempt_at
