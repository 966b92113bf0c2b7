"""One call: signed, verified, repeated where that is safe, and silent about people and secrets."""

import logging

import pytest
import requests

from district.wechat.pay import business_circle, orders, parking, refunds
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
from tests.wechat.pay_calls import (
    APPID,
    CHARGE,
    ENTRY,
    OPENID,
    ORDER,
    PARKING,
    POINTS,
    REFUND,
)
from tests.wechat.pay_fixtures import (
    API_V3_KEY,
    NOW,
)

BAD_GATEWAY = (502, b"<html>Bad Gateway</html>")


SAFE = [
    lambda pay: orders.order_by_out_trade_no(pay, "PARK-0001"),
    lambda pay: orders.close_order(pay, "PARK-0001"),
    lambda pay: orders.place_order(pay, ORDER),
    lambda pay: refunds.request_refund(pay, REFUND),
    lambda pay: business_circle.notify_points(pay, POINTS),
    lambda pay: parking.report_entry(pay, ENTRY),
    lambda pay: parking.charge_parking(pay, CHARGE),
    lambda pay: parking.charge_by_out_trade_no(pay, "PARK-0002"),
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
