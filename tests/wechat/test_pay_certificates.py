"""Certificates of WeChat Pay: vouched for by the APIv3 key and a signature, fetched by the clock alone."""

from datetime import timedelta

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding

from district.wechat.pay import orders
from district.wechat.pay.certificates import CertificateRefresh, load_certificates
from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import BadSignature, Undecryptable, UnknownKey, UnreadableAnswer
from district.wechat.pay.keys import PlatformKeys
from tests.wechat.pay_fixtures import API_V3_KEY, NOW, Platform, make_certificate, sealed

BAD_GATEWAY = (502, b"<html>Bad Gateway</html>")


def certificates_answer(*certificates, key=API_V3_KEY):
    def entry(certificate):
        pem = certificate.public_bytes(Encoding.PEM)
        return {
            "serial_no": f"{certificate.serial_number:040X}",
            "effective_time": "2026-04-01T12:00:00+08:00",
            "expire_time": "2027-04-01T12:00:00+08:00",
            "encrypt_certificate": sealed(pem, key=key, associated_data="certificate"),
        }

    return 200, {"data": [entry(certificate) for certificate in certificates]}


@pytest.fixture
def certified(merchant, platform_key):
    """A client without any key of WeChat's, and a platform that signs with a certificate."""
    platform, session = Platform(platform_key), requests.Session()
    session.mount("https://", platform)
    platform.key_id = f"{0xABC:040X}"
    client = PayClient(
        merchant=merchant, platform=PlatformKeys(), clock=lambda: NOW, session=session
    )
    return client, platform


def test_the_first_certificates_are_vouched_for_by_the_api_key(certified, platform_key):
    client, platform = certified
    platform.answers = [certificates_answer(make_certificate(platform_key, 0xABC))]

    load_certificates(client)

    assert "Wechatpay-Serial" not in platform.requests[0].headers
    platform.answers = [(204, b"")]
    orders.close_order(client, "PARK-0001")
    assert platform.requests[-1].headers["Wechatpay-Serial"] == "ABC"


@pytest.mark.parametrize(
    ("key", "changed", "refusal"),
    [
        (b"n" * 32, {}, Undecryptable),
        (API_V3_KEY, {"Signature": "AAAA"}, BadSignature),
        (API_V3_KEY, {"Serial": "DEF"}, UnknownKey),
    ],
)
def test_certificates_nobody_vouches_for_are_refused(
    certified, platform_key, key, changed, refusal
):
    client, platform = certified
    platform.answers = [certificates_answer(make_certificate(platform_key, 0xABC), key=key)]
    platform.changed = [changed]

    with pytest.raises(refusal):
        load_certificates(client)

    assert not client.platform.has_certificates


def test_a_certificate_under_another_number_is_refused(certified, platform_key):
    client, platform = certified
    status, body = certificates_answer(make_certificate(platform_key, 0xABC))
    for data in ({"data": []}, {"data": [body["data"][0] | {"serial_no": "DEF"}]}, {"data": [{}]}):
        platform.answers = [(status, data)]
        with pytest.raises(UnreadableAnswer):
            load_certificates(client)
    assert not client.platform.has_certificates


def test_certificates_are_fetched_again_by_the_clock_alone(certified, platform_key):
    client, platform = certified
    refresh = CertificateRefresh(client)
    good = certificates_answer(make_certificate(platform_key, 0xABC))
    now = NOW

    def fetches(*, hours=0, seconds=0, answer=good):
        nonlocal now
        now += timedelta(hours=hours, seconds=seconds)
        client.now = lambda: now
        platform.at, platform.answers, before = now, [answer], len(platform.requests)
        refresh.keep_fresh()
        return len(platform.requests) - before

    assert [fetches(answer=BAD_GATEWAY), fetches(seconds=59), fetches(seconds=1)] == [1, 0, 1]
    assert client.platform.has_certificates
    assert [fetches(hours=11), fetches(hours=1, answer=BAD_GATEWAY)] == [0, 1]
    assert client.platform.has_certificates
