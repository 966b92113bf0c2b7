"""WeChat Pay's side of the sandbox is strict, or passing against it would mean nothing. Asked by plain HTTP."""

import json
import secrets
import time

import pytest
import requests

from tests.wechat.fixtures import APPID
from tests.wechat.pay_fixtures import signature_of

PLACE = "/v3/pay/transactions/jsapi"


class SignedCaller:
    """Signs and sends by hand, so that every part can be wrong."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.key = sandbox.merchant.private_key

    def __call__(
        self, method, target, body=b"", *, signed_target=None, signed_body=None, **changed
    ):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        parts = {
            "mchid": self.sandbox.setting("MCHID"),
            "nonce_str": secrets.token_hex(16),
            "timestamp": str(int(time.time())),
            "serial_no": self.sandbox.setting("SERIAL"),
        } | changed
        lines = [method, signed_target or target, parts["timestamp"], parts["nonce_str"], ""]
        signed = "\n".join(lines).encode() + (body if signed_body is None else signed_body) + b"\n"
        parts.setdefault("signature", signature_of(self.key, signed))
        pairs = ",".join(f'{name}="{value}"' for name, value in parts.items() if value is not None)
        return requests.request(
            method,
            self.sandbox.base.rstrip("/") + target,
            data=body,
            headers={
                "Authorization": f"WECHATPAY2-SHA256-RSA2048 {pairs}",
                "Content-Type": "application/json",
            },
            timeout=5,
        )


@pytest.fixture
def call(sandbox):
    return SignedCaller(sandbox)


@pytest.fixture
def order(sandbox, receiver):
    return {
        "appid": APPID,
        "mchid": sandbox.setting("MCHID"),
        "description": "停车费",
        "out_trade_no": f"STRICT-{secrets.token_hex(4)}",
        "notify_url": receiver.url,
        "amount": {"total": 1500},
        "payer": {"openid": sandbox.openid()},
    }


def refusal(answer):
    body = answer.json()
    return answer.status_code, body["code"], body.get("detail", {})


def test_a_right_request_is_answered_and_signed(call, order):
    answer = call("POST", PLACE, order)

    assert answer.status_code == 200
    assert answer.json()["prepay_id"].startswith("wx")
    assert answer.headers["Wechatpay-Signature-Type"] == "WECHATPAY2-SHA256-RSA2048"
    assert answer.headers["Request-ID"].endswith("-0")


@pytest.mark.parametrize(
    "wrong",
    [
        {"mchid": "1900000109"},
        {"serial_no": "3775B6A45ACD588826D15E583A95F5DD"},
        {"timestamp": str(int(time.time()) - 3600)},
        {"timestamp": str(int(time.time() * 1000))},
        {"timestamp": "now"},
        {"signature": "AAAA"},
        {"signature": "not base64!"},
        {"signature": None},
        {"signed_target": "/v3/pay/transactions/jsapi?"},
        {"signed_body": b"{}"},
        {"signed_body": b""},
        {"appid": APPID},
    ],
)
def test_a_wrong_signature_is_refused_as_documented(call, order, sandbox, wrong):
    answer = call("POST", PLACE, order, **wrong)

    status, code, detail = refusal(answer)
    assert (status, code) == (401, "SIGN_ERROR")
    assert detail["issue"]
    assert answer.headers["Request-ID"].endswith("-268443699")
    assert "Wechatpay-Signature" not in answer.headers
    assert sandbox.documents("order") == []


def test_a_nonce_is_good_once_and_no_authorization_none(call, order, sandbox):
    assert call("POST", PLACE, order, nonce_str="n" * 32).status_code == 200
    assert refusal(call("POST", PLACE, order, nonce_str="n" * 32))[:2] == (401, "SIGN_ERROR")
    bare = requests.get(f"{sandbox.base}v3/certificates", timeout=5)
    assert refusal(bare)[:2] == (401, "SIGN_ERROR")


def test_hanzi_must_be_signed_as_they_are_sent(call, sandbox):
    mchid = sandbox.setting("MCHID")
    raw, escaped = (
        f"/v3/pay/transactions/out-trade-no/{number}?mchid={mchid}"
        for number in ("停车", "%E5%81%9C%E8%BD%A6")
    )

    assert refusal(call("GET", escaped))[:2] == (404, "ORDER_NOT_EXIST")
    assert refusal(call("GET", escaped, signed_target=raw))[:2] == (401, "SIGN_ERROR")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"colour": "red"}, "/body/colour"),
        ({"amount": {"total": 1500, "tax": 1}}, "/body/amount/tax"),
        ({"scene_info": {"payer_client_ip": "1.2.3.4", "store": 1}}, "/body/scene_info/store"),
        ({"appid": None}, "/body/appid"),
        ({"amount": {}}, "/body/amount/total"),
        ({"amount": {"total": 0}}, "/body/amount/total"),
        ({"amount": {"total": "1500"}}, "/body/amount/total"),
        ({"amount": {"total": 1.5}}, "/body/amount/total"),
        ({"amount": {"total": True}}, "/body/amount/total"),
        ({"amount": {"total": 1, "currency": "USD"}}, "/body/amount/currency"),
        ({"amount": 1500}, "/body/amount"),
        ({"description": "车" * 128}, "/body/description"),
        ({"description": ""}, "/body/description"),
        ({"out_trade_no": "12345"}, "/body/out_trade_no"),
        ({"out_trade_no": "停车停车停车"}, "/body/out_trade_no"),
        ({"out_trade_no": "x" * 33}, "/body/out_trade_no"),
        ({"notify_url": "http://district.example/x"}, "/body/notify_url"),
        ({"notify_url": "https://district.example/x?y=1"}, "/body/notify_url"),
        ({"payer": {"openid": "oUpF8"}}, "/body/payer/openid"),
        ({"time_expire": "2099-01-01 00:00:00"}, "/body/time_expire"),
        ({"time_expire": "2099-13-01T00:00:00+08:00"}, "/body/time_expire"),
        ({"time_expire": "2019-01-01T00:00:00+08:00"}, "/body/time_expire"),
        ({"limit_pay": ["no_money"]}, "/body/limit_pay/0"),
        ({"limit_pay": []}, "/body/limit_pay"),
        ({"support_fapiao": "true"}, "/body/support_fapiao"),
        ({"mchid": "1900000109"}, "mchid"),
    ],
)
def test_an_order_is_read_strictly_and_the_field_named(call, order, sandbox, changed, field):
    order |= changed
    order = {name: value for name, value in order.items() if value is not None}

    status, code, detail = refusal(call("POST", PLACE, order))

    assert (status, code, detail["field"]) == (400, "PARAM_ERROR", field)
    assert sandbox.documents("order") == []


def test_an_unknown_field_has_its_own_number(call, order):
    answer = call("POST", PLACE, order | {"colour": "red"})

    assert answer.headers["Request-ID"].endswith("-270924358")


def test_every_documented_field_of_an_order_is_taken(call, order):
    goods = {"merchant_goods_id": "1246464644", "goods_name": "咖啡", "quantity": 1}
    extras = {
        "time_expire": "2099-06-08T10:34:56+08:00",
        "attach": "自定义数据",
        "goods_tag": "WXG",
        "limit_pay": ["no_credit"],
        "support_fapiao": True,
        "detail": {
            "cost_price": 608800,
            "invoice_id": "微信123",
            "goods_detail": [goods | {"wechatpay_goods_id": "1001", "unit_price": 528800}],
        },
        "scene_info": {
            "payer_client_ip": "14.23.150.211",
            "device_id": "013467007045764",
            "store_info": {"id": "1", "name": "店", "area_code": "440305", "address": "深圳"},
        },
        "settle_info": {"profit_sharing": False},
    }

    assert call("POST", PLACE, order | extras).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 10000])
def test_what_is_no_object_is_refused(call, body):
    assert refusal(call("POST", PLACE, body))[:2] == (400, "PARAM_ERROR")


def test_another_appid_and_an_unknown_address_are_refused(call, order):
    other = call("POST", PLACE, order | {"appid": "wx-other"})

    assert refusal(other)[:2] == (400, "APPID_MCHID_NOT_MATCH")
    assert refusal(call("GET", "/v3/payscore/none"))[:2] == (404, "NOT_FOUND")
    assert refusal(call("GET", PLACE))[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("target", "body", "field"),
    [
        ("/v3/refund/domestic/refunds", {"out_refund_no": "R"}, "/body/amount"),
        ("/v3/businesscircle/points/notify", {"appid": APPID}, "/body/transaction_id"),
        ("/v3/businesscircle/parkings", {"brandid": "1000"}, "/body/brandid"),
        ("/v3/businesscircle/parkings", {"brandid": 1, "speed": 3}, "/body/speed"),
        ("/v3/bill/tradebill", None, "/query/bill_date"),
        ("/v3/bill/tradebill?bill_date=2020-02-30", None, "/query/bill_date"),
        ("/v3/bill/tradebill?bill_date=2020-02-01&tar_type=ZIP", None, "/query/tar_type"),
        ("/v3/bill/fundflowbill?bill_date=2020-02-01&colour=red", None, "/query/colour"),
        ("/v3/certificates?x=1", None, "/query/x"),
    ],
)
def test_every_call_is_read_strictly(call, target, body, field):
    answer = call("GET", target) if body is None else call("POST", target, body)

    status, code, detail = refusal(answer)
    assert (status, code, detail["field"]) == (400, "PARAM_ERROR", field)


def test_an_unknown_key_id_of_the_merchant_is_refused(sandbox, make_order):
    from district.wechat.pay.errors import ApiError
    from district.wechat.pay.keys import PlatformKeys, load_public_key

    _, pem = sandbox.public_key
    client = sandbox.client(platform=PlatformKeys({"PUB_KEY_ID_7": load_public_key(pem)}))

    with pytest.raises(ApiError) as refused:
        make_order(client)

    assert refused.value.detail["field"] == "/header/Wechatpay-Serial"
