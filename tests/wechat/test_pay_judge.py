"""wechatpayv3, which knows nothing of us, accepts what our sandbox signs; the sandbox accepts what it signs."""

import base64
import json

import pytest
import requests
from wechatpayv3 import WeChatPay, WeChatPayType

from district.wechat.pay.orders import payment_parameters
from tests.wechat.fixtures import APPID


@pytest.fixture
def judge(sandbox, receiver):
    """wechatpayv3 as the same merchant, by the public key; its address can only be changed afterwards."""
    key_id, pem = sandbox.public_key
    asking = WeChatPay(**_account(sandbox), public_key=pem.decode(), public_key_id=key_id)
    asking._notify_url = receiver.url
    asking._core._gate_way = sandbox.base.rstrip("/")
    return asking


@pytest.fixture
def certificate_judge(sandbox, receiver, monkeypatch):
    """The same by certificates, which it fetches as it is made, at an address that is written into it."""

    for verb in ("get", "post"):
        monkeypatch.setattr(requests, verb, _redirected(getattr(requests, verb), sandbox.base))
    asking = WeChatPay(**_account(sandbox))
    asking._notify_url = receiver.url
    return asking


def _redirected(send, base):
    def send_to_sandbox(url, **options):
        return send(url.replace("https://api.mch.weixin.qq.com/", base), **options)

    return send_to_sandbox


def _account(sandbox):
    return {
        "wechatpay_type": WeChatPayType.MINIPROG,
        "mchid": sandbox.setting("MCHID"),
        "private_key": base64.b64decode(sandbox.setting("PRIVATE_KEY")).decode(),
        "cert_serial_no": sandbox.setting("SERIAL"),
        "appid": APPID,
        "apiv3_key": sandbox.setting("API_V3_KEYS"),
    }


def right(answer):
    """A verified answer; the judge raises for one that is not."""
    status, text = answer
    assert status in {200, 204}, text
    return json.loads(text) if text else None


def place(judge, sandbox, number="JUDGE-1"):
    return right(
        judge.pay(
            description="停车费",
            out_trade_no=number,
            amount={"total": 1500, "currency": "CNY"},
            payer={"openid": sandbox.openid()},
        )
    )["prepay_id"]


@pytest.mark.parametrize("kind", ["judge", "certificate_judge"])
def test_the_judges_requests_are_accepted_and_our_answers_are_too(request, sandbox, receiver, kind):
    judge = request.getfixturevalue(kind)

    assert place(judge, sandbox).startswith("wx")
    sandbox.control("pay-order", out_trade_no="JUDGE-1")
    paid = right(judge.query(out_trade_no="JUDGE-1"))
    assert right(judge.query(transaction_id=paid["transaction_id"])) == paid
    refund = right(
        judge.refund(
            out_refund_no="R-1",
            transaction_id=paid["transaction_id"],
            amount={"refund": 500, "total": 1500, "currency": "CNY"},
            notify_url=receiver.url,
        )
    )
    assert right(judge.query_refund("R-1"))["refund_id"] == refund["refund_id"]
    place(judge, sandbox, "JUDGE-2")
    assert right(judge.close("JUDGE-2")) is None
    assert right(judge.user_authorization(sandbox.openid()))["authorize_state"] == "UNAUTHORIZED"


def test_the_judge_gets_the_bills(judge, sandbox):
    place(judge, sandbox)
    sandbox.control("pay-order", out_trade_no="JUDGE-1")
    day = sandbox.now.date().isoformat()
    sandbox.run(2 * 86400)

    link = right(judge.trade_bill(bill_date=day))
    _, packed = judge.download_bill(link["download_url"])

    assert packed.startswith(b"\x1f\x8b")


@pytest.mark.parametrize("kind", ["judge", "certificate_judge"])
def test_the_judge_opens_our_notices(request, sandbox, receiver, kind):
    judge = request.getfixturevalue(kind)
    if kind == "certificate_judge":
        sandbox.control("pay-settings", sign_notices_with="certificate")
    sandbox.control("pay-settings", mall_notify_url=receiver.url)
    sandbox.control("pay-mall-authorize", person="小林")
    sandbox.control("pay-mall-payment", person="小林", amount_fen=8800)
    place(judge, sandbox)
    sandbox.control("pay-order", out_trade_no="JUDGE-1")

    opened = [judge.callback(*received) for received in receiver.wait_for(3)]

    assert [notice["event_type"] for notice in opened] == [
        "MALL_AUTH.ACTIVATE_CARD",
        "MALL_TRANSACTION.SUCCESS",
        "TRANSACTION.SUCCESS",
    ]
    assert opened[1]["resource"]["amount"] == 8800


def test_the_judge_and_we_sign_the_same_for_the_phone(judge, shop):
    ours = payment_parameters(shop, appid=APPID, prepay_id="wx1")

    assert ours["paySign"] == judge.sign(
        [APPID, ours["timeStamp"], ours["nonceStr"], ours["package"]]
    )


@pytest.mark.parametrize("fault", ["bad_signature", "probe"])
def test_the_judge_refuses_our_wrong_signatures(judge, sandbox, receiver, fault):
    sandbox.trouble("notice", fault)
    sandbox.trouble("place_order", fault)

    with pytest.raises(Exception, match="failed to verify the signature"):
        place(judge, sandbox)
    sandbox.control("pay-order", out_trade_no="JUDGE-1")

    assert judge.callback(*receiver.wait_for(1)[0]) is None
