"""One call: signed, verified, repeated where that is safe, and silent about people and secrets."""

import logging
from datetime import timedelta

import pytest
import requests

from district.wechat.pay import business_circle, orders, refunds
from district.wechat.pay.client import Limits, PayClient
from district.wechat.pay.errors import (
    ApiError,
    BadSignature,
    PayError,
    SignatureProbe,
    StaleTimestamp,
    UnknownKey,
    Unreachable,
    UnreadableAnswer,
)
from tests.wechat.pay_fixtures import (
    API_V3_KEY,
    NOW,
    PUBLIC_KEY_ID,
    signature_of,
)

APPID, OPENID = "wxd678efh567hg6787", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
ORDER = orders.JsapiOrder(
    appid=APPID,
    description="停车费",
    out_trade_no="PARK-0001",
    notify_url="https://district.example/notices/pay",
    total_fen=1500,
    openid=OPENID,
    time_expire=NOW + timedelta(minutes=15),
    payer_client_ip="14.23.150.211",
)
POINTS = business_circle.PointsUpdate(
    transaction_id="4200000001",
    appid=APPID,
    openid=OPENID,
    earn_points=False,
    increased_points=0,
    points_update_time=NOW,
    no_points_remarks="商品不参与积分",
)
PARKING = business_circle.ParkingState(
    brandid=1000, appid=APPID, openid=OPENID, plate_number="粤B888888", state="IN", time=NOW
)
REFUND = refunds.RefundRequest(
    out_trade_no="PARK-0001", out_refund_no="R-1", refund_fen=500, total_fen=1500
)
REFUND_ANSWER = {
    "refund_id": "50000000382019052709732678859",
    "out_refund_no": "R-1",
    "transaction_id": "4200000001",
    "out_trade_no": "PARK-0001",
    "status": "PROCESSING",
    "create_time": "2026-05-01T12:00:00+08:00",
    "amount": {"total": 1500, "refund": 500},
}
BAD_GATEWAY = (502, b"<html>Bad Gateway</html>")


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


SAFE = [
    lambda pay: orders.order_by_out_trade_no(pay, "PARK-0001"),
    lambda pay: orders.close_order(pay, "PARK-0001"),
    lambda pay: orders.place_order(pay, ORDER),
    lambda pay: refunds.request_refund(pay, REFUND),
    lambda pay: business_circle.notify_points(pay, POINTS),
]


@pytest.mark.parametrize("ask", SAFE)
@pytest.mark.parametrize(
    "trouble",
    [
        BAD_GATEWAY,
        (500, {"code": "SYSTEM_ERROR", "message": "系统错误"}),
        (429, {"code": "FREQUENCY_LIMITED", "message": "频率超限"}),
        requests.ConnectionError("cut"),
        requests.ReadTimeout("late"),
    ],
    ids=["502", "500", "429", "cut", "late"],
)
def test_a_safe_call_is_repeated_twice_with_the_same_bytes_at_the_next_address(
    pay, platform, ask, trouble
):
    platform.answers = [trouble]

    with pytest.raises(PayError):
        ask(pay)

    assert pay.slept == [0.3, 1.0]
    assert len({request.body for request in platform.requests}) == 1
    assert len({request.headers["Authorization"] for request in platform.requests}) == 3
    hosts = [request.url.split("/")[2] for request in platform.requests]
    assert hosts == ["api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "api.mch.weixin.qq.com"]


def test_a_repetition_that_succeeds_is_the_answer(pay, platform):
    platform.answers = [BAD_GATEWAY, requests.ReadTimeout(), (200, {"prepay_id": "wx1"})]

    assert orders.place_order(pay, ORDER) == "wx1"


def test_a_probe_is_refused_and_the_next_answer_taken(pay, platform):
    platform.answers = [(200, {"prepay_id": "wx1"})]
    platform.changed = [{"Signature": "WECHATPAY/SIGNTEST/AAAA"}]

    assert orders.place_order(pay, ORDER) == "wx1"
    assert len(platform.requests) == 2


def test_what_wechat_would_not_recognise_is_never_repeated(pay, platform):
    platform.answers = [BAD_GATEWAY]

    with pytest.raises(ApiError):
        business_circle.report_parking(pay, PARKING)

    assert len(platform.requests) == 1


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"Signature": "AAAA"}, BadSignature),
        ({"Timestamp": str(int(NOW.timestamp()) - 301)}, StaleTimestamp),
        ({"Serial": "PUB_KEY_ID_9"}, UnknownKey),
        ({"Signature": None}, BadSignature),
    ],
)
def test_an_answer_that_is_not_verified_is_no_answer_and_its_outcome_unknown(
    pay, platform, changed, refusal
):
    platform.answers = [(200, {"prepay_id": "wx1"})]
    platform.changed = [changed] * 3

    with pytest.raises(refusal) as refused:
        orders.place_order(pay, ORDER)

    assert len(platform.requests) == 1
    assert refused.value.is_outcome_unknown


def test_a_probe_that_does_not_end_is_refused_in_the_end(pay, platform):
    platform.answers = [(204, b"")]
    platform.changed = [{"Signature": "WECHATPAY/SIGNTEST/AAAA"}] * 3

    with pytest.raises(SignatureProbe):
        orders.close_order(pay, "PARK-0001")


@pytest.mark.parametrize(
    ("status", "body", "code", "is_unknown"),
    [
        (
            400,
            {"code": "PARAM_ERROR", "message": "输入源“/body/payer/openid”"},
            "PARAM_ERROR",
            False,
        ),
        (
            401,
            {"code": "SIGN_ERROR", "message": "签名错误", "detail": {"issue": "x"}},
            "SIGN_ERROR",
            False,
        ),
        (404, {"code": "ORDER_NOT_EXIST", "message": "订单不存在"}, "ORDER_NOT_EXIST", False),
        (429, {"code": "FREQUENCY_LIMITED"}, "FREQUENCY_LIMITED", False),
        (500, {"code": "SYSTEM_ERROR"}, "SYSTEM_ERROR", True),
        (502, b"<html>", "UNKNOWN", True),
        (302, b"", "UNKNOWN", False),
    ],
)
def test_a_refusal_tells_status_code_and_request_id(pay, platform, status, body, code, is_unknown):
    platform.answers = [(status, body)]

    with pytest.raises(ApiError) as refused:
        orders.order_by_out_trade_no(pay, "PARK-0001")

    error = refused.value
    assert (error.status, error.code, error.is_outcome_unknown) == (status, code, is_unknown)
    assert error.request_id == "08F79E-268512771"
    assert str(error) == f"{status} {code} (Request-ID 08F79E-268512771)"


@pytest.mark.parametrize("body", [b"[]", b"{", {"prepay_id": 7}, {"prepay_id": ""}, b""])
def test_a_verified_answer_that_says_nothing_is_unreadable(pay, platform, body):
    platform.answers = [(200, body)]

    with pytest.raises(UnreadableAnswer):
        orders.place_order(pay, ORDER)


@pytest.mark.parametrize(
    ("trouble", "is_unknown"),
    [
        (requests.ConnectTimeout(), False),
        (requests.ReadTimeout(), True),
        (requests.ConnectionError(), True),
    ],
)
def test_only_what_never_left_has_a_known_outcome(pay, platform, trouble, is_unknown):
    platform.answers = [trouble]

    with pytest.raises(Unreachable) as refused:
        business_circle.report_parking(pay, PARKING)

    assert refused.value.is_outcome_unknown is is_unknown
    assert refused.value.__cause__ is refused.value.__context__ is None


def test_no_more_calls_wait_at_once_than_allowed(merchant, platform_keys, platform):
    session = requests.Session()
    session.mount("https://", platform)
    client = PayClient(
        merchant=merchant,
        platform=platform_keys,
        session=session,
        limits=Limits(concurrent=0, queue_seconds=0.01, repeat_delays=()),
    )

    with pytest.raises(Unreachable, match="too many calls") as refused:
        orders.close_order(client, "PARK-0001")

    assert not refused.value.is_outcome_unknown
    assert platform.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        BAD_GATEWAY,
        (400, {"code": "PARAM_ERROR", "message": OPENID, "detail": {"value": OPENID}}),
        (200, {"prepay_id": 7, "openid": OPENID}),
        requests.ConnectionError(f"https://api.mch.weixin.qq.com/?openid={OPENID}"),
    ],
)
def test_neither_logs_nor_errors_hold_people_or_signatures(pay, platform, caplog, answer):
    caplog.set_level(logging.DEBUG)
    platform.answers, platform.changed = [answer], [{"Signature": "AAAA"}] * 9

    texts = []
    for ask in (
        lambda: orders.place_order(pay, ORDER),
        lambda: business_circle.authorization_of(pay, openid=OPENID, appid=APPID),
        lambda: business_circle.report_parking(pay, PARKING),
    ):
        with pytest.raises(PayError) as refused:
            ask()
        texts += [repr(refused.value), repr(refused.value.__context__)]

    texts += [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    hidden = [OPENID, "粤B888888", "14.23.150.211", API_V3_KEY.decode(), "signature="]
    assert caplog.records
    assert not [secret for secret in hidden if secret in "\n".join(texts)]
