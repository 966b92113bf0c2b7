"""The sandbox's controls and page, what outlives a restart, and that production refuses it."""

import os
import re

import pytest
import requests

from district.kernel.checks import production_is_safe
from district.wechat.pay import orders
from tests.wechat.fixtures import APPID
from tests.wechat.pay_sandbox import PaySandbox, start_sandbox, stop_sandbox


@pytest.mark.parametrize(
    ("control", "fields"),
    [
        ("pay-order", {"out_trade_no": "none"}),
        ("pay-order", {"paySign": "x"}),
        ("pay-settle-refund", {"out_refund_no": "none"}),
        ("pay-settings", {"colour": "red"}),
        ("pay-settings", {"mall_notify_url": 7}),
        ("pay-mall-withdraw", {"person": "小王"}),
        ("pay-mall-payment", {"person": "小王", "amount_fen": 0}),
        ("pay-mall-refund", {"transaction_id": "none", "refund_fen": 1}),
        ("pay-mall-authorize", {"person": "小王", "auth_type": "X"}),
        ("pay-deliver", {"id": "none"}),
    ],
)
def test_a_control_that_makes_no_sense_says_so(sandbox, control, fields):
    answer = requests.post(f"{sandbox.base}_control/{control}", json=fields, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_page_shows_what_can_be_done(sandbox, shop, make_order, receiver):
    order = make_order(shop)
    front = requests.get(sandbox.base, timeout=5).text
    assert "我是谁" in front
    assert "NOTPAY" in front

    (pay,) = re.findall(r'href="(/_control/pay-order[^"]+)"', front)
    assert requests.get(sandbox.base + pay[1:], timeout=5).json()["trade_state"] == "SUCCESS"

    receiver.wait_for(1)
    assert f"{order.out_trade_no} ¥15.00 SUCCESS" in requests.get(sandbox.base, timeout=5).text


def test_the_keys_of_the_sandbox_are_refused_in_production(sandbox, settings):
    settings.PRODUCTION = True
    settings.WECHAT_PAY_MCHID = sandbox.setting("MCHID")
    settings.WECHAT_PAY_PUBLIC_KEYS = {sandbox.public_key[0]: b"a pem"}
    settings.WECHAT_PAY_BASES = [sandbox.setting("BASES")]

    refused = " ".join(error.msg for error in production_is_safe())

    for sentence in ("MCHID is the sandbox's", "KEYS holds the sandbox's", "BASES must be"):
        assert sentence in refused


def test_orders_keys_and_what_is_due_outlive_a_restart(tmp_path, receiver):
    process, base = start_sandbox(tmp_path)
    first = PaySandbox(base)
    receiver.statuses = [500]
    order = orders.JsapiOrder(
        appid=APPID,
        description="停车费",
        out_trade_no="PARK-RESTART",
        notify_url=receiver.url,
        total_fen=1500,
        openid=first.openid(),
    )
    orders.place_order(first.client(), order)
    first.control("pay-order", out_trade_no="PARK-RESTART")
    receiver.wait_for(1)
    stop_sandbox(process)

    process, base = start_sandbox(tmp_path)
    second = PaySandbox(base)
    try:
        assert second.environment | {"DISTRICT_WECHAT_PAY_BASES": ""} == first.environment | {
            "DISTRICT_WECHAT_PAY_BASES": ""
        }
        found = orders.order_by_out_trade_no(second.client(), "PARK-RESTART")
        assert found.trade_state == "SUCCESS"
        second.run(15)
        assert len(receiver.wait_for(2)) == 2
    finally:
        stop_sandbox(process)
    account = tmp_path / "wechat_pay" / "account.json"
    assert os.stat(account).st_mode & 0o777 == 0o600
