"""What the client asks WeChat Pay, byte for byte, and what it reads in the answers."""

import pytest

from district.wechat.pay import business_circle, orders, refunds
from tests.wechat.pay_calls import APPID, OPENID, ORDER, POINTS, REFUND, REFUND_ANSWER
from tests.wechat.pay_fixtures import (
    NOW,
    PUBLIC_KEY_ID,
    signature_of,
)


def test_an_order_is_placed_and_signed_for_the_phone(pay, platform, merchant_key):
    platform.answers = [(200, {"prepay_id": "wx201410272009395522657a690389285100"})]

    prepay_id = orders.place_order(pay, ORDER)
    parameters = orders.payment_parameters(pay, appid=APPID, prepay_id=prepay_id)

    assert platform.sent == {
        "mchid": "1900000109",
        "appid": APPID,
        "description": "停车费",
        "out_trade_no": "PARK-0001",
        "notify_url": "https://district.example/notices/pay",
        "amount": {"total": 1500, "currency": "CNY"},
        "payer": {"openid": OPENID},
        "time_expire": "2026-05-01T12:15:00+08:00",
        "scene_info": {"payer_client_ip": "14.23.150.211"},
    }
    assert parameters["package"] == "prepay_id=wx201410272009395522657a690389285100"
    assert (parameters["timeStamp"], parameters["signType"]) == (str(int(NOW.timestamp())), "RSA")
    text = (
        f"{APPID}\n{parameters['timeStamp']}\n{parameters['nonceStr']}\n{parameters['package']}\n"
    )
    assert parameters["paySign"] == signature_of(merchant_key, text.encode())


def test_a_request_says_who_asks_and_which_key_we_know(pay, platform):
    platform.answers = [(204, b"")]

    orders.close_order(pay, "PARK-0001")

    headers = platform.requests[0].headers
    assert headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert headers["Authorization"].startswith("WECHATPAY2-SHA256-RSA2048 mchid=")
    assert platform.timeouts == [(3.05, 5.0)]
    assert platform.targets == ["/v3/pay/transactions/out-trade-no/PARK-0001/close"]


def test_queries_name_the_merchant_and_read_what_there_is(pay, platform):
    unpaid = {"appid": APPID, "mchid": "1900000109", "out_trade_no": "PARK-0001"}
    platform.answers = [(200, unpaid | {"trade_state": "NOTPAY"})]

    by_ours = orders.order_by_out_trade_no(pay, "PARK-0001")
    orders.order_by_transaction_id(pay, "4200000001")

    assert by_ours.trade_state == orders.TradeState.NOTPAY
    assert platform.targets == [
        "/v3/pay/transactions/out-trade-no/PARK-0001?mchid=1900000109",
        "/v3/pay/transactions/id/4200000001?mchid=1900000109",
    ]


def test_a_refund_names_its_order_once(pay, platform):
    platform.answers = [(200, REFUND_ANSWER)]

    refund = refunds.request_refund(pay, REFUND)

    assert (refund.status, refund.refund_fen) == (refunds.RefundStatus.PROCESSING, 500)
    assert platform.sent == {
        "out_refund_no": "R-1",
        "amount": {"refund": 500, "total": 1500, "currency": "CNY"},
        "out_trade_no": "PARK-0001",
    }
    assert refunds.refund_by_out_refund_no(pay, "R-1@|") == refund
    assert platform.targets[-1] == "/v3/refund/domestic/refunds/R-1%40%7C"
    unnamed = refunds.RefundRequest(out_refund_no="R-2", refund_fen=1, total_fen=1)
    with pytest.raises(ValueError, match="names its order"):
        refunds.request_refund(pay, unnamed)


def test_no_points_are_an_answer_too(pay, platform):
    platform.answers = [(204, b"")]

    business_circle.notify_points(pay, POINTS)

    assert (platform.sent["earn_points"], platform.sent["increased_points"]) == (False, 0)


@pytest.mark.parametrize(
    ("answer", "pending"),
    [((200, {"points_commit_status": "PENDING"}), True), ((204, b""), False), ((200, {}), False)],
)
def test_the_smart_district_is_asked_about_a_person(pay, platform, answer, pending):
    platform.answers = [answer]

    asked = business_circle.has_pending_points(pay, openid=OPENID, appid=APPID, brandid=1000)

    assert asked is pending
    assert platform.targets == [
        f"/v3/businesscircle/users/{OPENID}/points/commit_status?brandid=1000&appid={APPID}"
    ]


def test_an_authorisation_is_read(pay, platform):
    platform.answers = [
        (200, {"openid": OPENID, "authorize_state": "AUTHORIZED"}),
    ]

    authorization = business_circle.authorization_of(pay, openid=OPENID, appid=APPID)

    assert authorization.state == business_circle.AuthorizationState.AUTHORIZED
    assert authorization.deauthorize_time is None
