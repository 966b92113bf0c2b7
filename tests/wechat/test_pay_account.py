"""The merchant of the settings: its client, and the verifier that the inbox asks."""

import json

import pytest
from cryptography.hazmat.primitives import serialization

from district.kernel import clock
from district.kernel.errors import NoticeRefused
from district.wechat import pay_account
from district.wechat.errors import WechatMisconfigured
from tests.wechat.pay_fixtures import (
    API_V3_KEY,
    MCHID,
    PUBLIC_KEY_ID,
    SERIAL,
    notice_body,
    platform_headers,
)

CONTENT = {
    "mchid": MCHID,
    "openid": "otPAN5",
    "code": "478515832665",
    "auth_type": "REGISTERED_MODE",
}
BODY = notice_body("MALL_AUTH.ACTIVATE_CARD", CONTENT)


@pytest.fixture
def account(settings, merchant_key, platform_key):
    settings.WECHAT_PAY_MCHID, settings.WECHAT_PAY_SERIAL = MCHID, SERIAL
    settings.WECHAT_PAY_PRIVATE_KEY = merchant_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    settings.WECHAT_PAY_API_V3_KEYS = ["n" * 32, API_V3_KEY.decode()]
    settings.WECHAT_PAY_PUBLIC_KEYS = {
        PUBLIC_KEY_ID: platform_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    }
    settings.WECHAT_PAY_CERTIFICATES = False
    settings.WECHAT_PAY_BASES = ["http://127.0.0.1:9"]
    return settings


@pytest.fixture
def signed(platform_key):
    def headers(body, **changed):
        return platform_headers(platform_key, body, at=clock.real_now(), **changed)

    return headers


def test_there_is_one_client_and_none_without_a_merchant(account):
    assert pay_account.pay_client() is pay_account.pay_client()
    assert pay_account.has_pay_account()

    account.WECHAT_PAY_MCHID = ""

    assert not pay_account.has_pay_account()
    with pytest.raises(WechatMisconfigured):
        pay_account.pay_client()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WECHAT_PAY_PRIVATE_KEY", b"hunter2"),
        ("WECHAT_PAY_API_V3_KEYS", ["hunter2"]),
        ("WECHAT_PAY_API_V3_KEYS", []),
        ("WECHAT_PAY_PUBLIC_KEYS", {"PUB_KEY_ID_1": b"hunter2"}),
    ],
)
def test_a_key_that_cannot_be_read_is_our_mistake_and_is_not_logged(account, caplog, name, value):
    setattr(account, name, value)

    with pytest.raises(WechatMisconfigured):
        pay_account.pay_client()

    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "hunter" not in caplog.text


def test_a_notice_is_verified_for_the_inbox_and_read_by_its_handler(account, signed):
    verified = pay_account.verify_pay_notice(signed(BODY), BODY)

    assert (verified.notice_id, verified.key_id) == ("EV-2018022511223320873", PUBLIC_KEY_ID)
    assert pay_account.read_pay_notice(BODY).content.openid == "otPAN5"


@pytest.mark.parametrize(
    ("body", "changed", "reason"),
    [
        (BODY, {"Signature": "WECHATPAY/SIGNTEST/AAAA"}, "SignatureProbe"),
        (BODY, {"Signature": "AAAA"}, "BadSignature"),
        (BODY, {"Timestamp": "1000000000"}, "StaleTimestamp"),
        (BODY, {"Serial": "ABC"}, "UnknownKey"),
        (notice_body("MALL_AUTH.ACTIVATE_CARD", {}, key=b"x" * 32), {}, "Undecryptable"),
        (b"[]", {}, "UnreadableAnswer"),
        (json.dumps(json.loads(BODY) | {"id": None}).encode(), {}, "UnreadableAnswer"),
    ],
    ids=["probe", "wrong", "stale", "unknown key", "undecryptable", "no object", "no id"],
)
def test_every_wrong_notice_reads_the_same_outside_and_says_why_in_the_log(
    account, signed, caplog, body, changed, reason
):
    with pytest.raises(NoticeRefused) as refused:
        pay_account.verify_pay_notice(signed(body, **changed), body)

    assert refused.value.__context__ is None
    assert [record.reason for record in caplog.records] == [reason]
