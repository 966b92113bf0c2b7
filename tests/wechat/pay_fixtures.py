"""WeChat Pay without a network: keys made once, and a platform that answers what a test has prepared."""

import base64
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from district.wechat.pay.client import Limits, PayClient
from district.wechat.pay.keys import PayMerchant, PlatformKeys

MCHID, SERIAL, API_V3_KEY = "1900000109", "3775B6A45ACD588826D15E583A95F5DD", b"k" * 32
PUBLIC_KEY_ID = "PUB_KEY_ID_0114232134912410000000000000"
NOW = datetime(2026, 5, 1, 4, 0, tzinfo=UTC)


def make_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make_certificate(key, serial, *, valid_from=NOW - timedelta(days=30), days=365):
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "WeChat Pay of a test")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial)
    return (
        builder.not_valid_before(valid_from)
        .not_valid_after(valid_from + timedelta(days=days))
        .sign(key, SHA256())
    )


def signature_of(key, text):
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), SHA256())).decode()


def platform_headers(key, body, *, key_id=PUBLIC_KEY_ID, at=NOW, **changed):
    """The headers of an answer or a notice that WeChat Pay signs, some changed, None leaving one out."""
    timestamp, nonce = str(int(at.timestamp())), "c5ac7061fccab6bf3e254dcf98995b8c"
    headers = {
        "Wechatpay-Serial": key_id,
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": signature_of(key, f"{timestamp}\n{nonce}\n".encode() + body + b"\n"),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }
    headers |= {f"Wechatpay-{name.replace('_', '-')}": value for name, value in changed.items()}
    return {name: value for name, value in headers.items() if value is not None}


def sealed(plain, *, key=API_V3_KEY, associated_data="transaction", nonce="fdasflkja484"):
    """An encrypted resource as WeChat Pay sends it."""
    text = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    cipher = AESGCM(key).encrypt(nonce.encode(), text, associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(cipher).decode(),
        "nonce": nonce,
        "associated_data": associated_data,
        "original_type": "transaction",
    }


def notice_body(event_type, content, *, notice_id="EV-2018022511223320873", **sealing):
    return json.dumps(
        {
            "id": notice_id,
            "create_time": "2026-05-01T12:00:00+08:00",
            "event_type": event_type,
            "resource_type": "encrypt-resource",
            "summary": "支付成功",
            "resource": sealed(content, **sealing),
        }
    ).encode()


class Platform(BaseAdapter):
    """Answers the requests of a session, in order, with what `answers` holds: (status, body) or an exception.

    The last answer stays. Every answer is signed, unless `changed` says what is wrong with its headers.
    """

    def __init__(self, key):
        super().__init__()
        self.key, self.key_id, self.at = key, PUBLIC_KEY_ID, NOW
        self.answers, self.changed, self.requests, self.timeouts = [], [], [], []

    def send(self, request, stream=False, timeout=None, **_):
        self.requests.append(request)
        self.timeouts.append(timeout)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        changed = self.changed.pop(0) if self.changed else {}
        response = requests.Response()
        response.status_code, response.url, response.request = status, request.url, request
        response.headers.update(
            platform_headers(self.key, raw, key_id=self.key_id, at=self.at, **changed)
        )
        response.headers["Request-ID"] = "08F79E-268512771"
        response.raw = HTTPResponse(io.BytesIO(raw), preload_content=False)
        return response

    def close(self):
        """Nothing is open."""

    @property
    def targets(self):
        return [request.path_url for request in self.requests]

    @property
    def sent(self):
        return json.loads(self.requests[-1].body)


@pytest.fixture(scope="session")
def merchant_key():
    return make_key()


@pytest.fixture(scope="session")
def platform_key():
    return make_key()


@pytest.fixture
def merchant(merchant_key):
    return PayMerchant(
        mchid=MCHID, serial_no=SERIAL, private_key=merchant_key, api_v3_keys=(API_V3_KEY,)
    )


@pytest.fixture
def platform_keys(platform_key):
    return PlatformKeys({PUBLIC_KEY_ID: platform_key.public_key()})


@pytest.fixture
def platform(platform_key):
    return Platform(platform_key)


@pytest.fixture
def pay(merchant, platform_keys, platform):
    """A client whose every request goes to `platform`; `pay.slept` are the seconds it waited."""
    session, slept = requests.Session(), []
    session.mount("https://", platform)
    client = PayClient(
        merchant=merchant,
        platform=platform_keys,
        clock=lambda: NOW,
        sleep=slept.append,
        session=session,
        limits=Limits(queue_seconds=0.05),
    )
    client.slept = slept
    return client
