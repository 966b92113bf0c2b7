"""UnionPay's messages (全渠道 5.1.0): form-encoded fields, signed by RSA over their SHA-256.

Written from the published specification and NEVER TRIED AGAINST THE LIVE SERVICE; see the README.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from functools import cache
from urllib.parse import parse_qsl, urlencode

import requests
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from django.conf import settings

from district.payments.channels.base import ChannelUnavailable, ContradictingAnswer

Fields = dict[str, str]
_TIMEOUT_SECONDS = (3.05, 10.0)
_OK = 200


def ask(path: str, fields: Mapping[str, str]) -> Fields:
    """The verified answer to a signed request. Raises ChannelUnavailable, ContradictingAnswer."""
    whole = signed(
        {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "certId": settings.UNIONPAY_CERT_ID,
            "merId": settings.UNIONPAY_MERCHANT,
            "accessType": "0",
            "bizType": "000000",
            **fields,
        },
        _private_key(settings.UNIONPAY_PRIVATE_KEY),
    )
    try:
        answer = requests.post(
            f"{settings.UNIONPAY_BASE.rstrip('/')}/gateway/api/{path}",
            data=whole,
            timeout=_TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        status, text = answer.status_code, answer.text
    except requests.RequestException as failed:
        # The foreign exception may quote the request.
        reason = type(failed).__name__
    else:
        if status == _OK:
            return verified(read_fields(text))
        reason = f"HTTP {status}"
    raise ChannelUnavailable(reason)


def read_fields(text: str) -> Fields:
    """The fields of an answer or a notice."""
    return dict(parse_qsl(text, keep_blank_values=True))


def write_fields(fields: Mapping[str, str]) -> str:
    """The fields as they are sent."""
    return urlencode(fields)


def signed(fields: Mapping[str, str], key: RSAPrivateKey) -> Fields:
    """The fields with their signature."""
    signature = key.sign(_digest(fields), PKCS1v15(), SHA256())
    return {**fields, "signature": base64.b64encode(signature).decode()}


def verified(fields: Fields) -> Fields:
    """The fields, signed by UnionPay by a key that the settings name. Raises ContradictingAnswer."""
    pem = settings.UNIONPAY_PUBLIC_KEYS.get(fields.get("certId", ""))
    if pem is None:
        raise ContradictingAnswer("signed with an unknown key")
    try:
        signature = base64.b64decode(fields.get("signature", ""), validate=True)
        _public_key(pem).verify(signature, _digest(fields), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        is_right = False
    else:
        is_right = fields.get("merId") == settings.UNIONPAY_MERCHANT
    if not is_right:
        raise ContradictingAnswer("wrong signature or merchant")
    return fields


def _digest(fields: Mapping[str, str]) -> bytes:
    """What is signed: the hexadecimal SHA-256 of the sorted fields, empty ones included."""
    text = "&".join(
        f"{name}={value}" for name, value in sorted(fields.items()) if name != "signature"
    )
    return hashlib.sha256(text.encode()).hexdigest().encode()


@cache
def _private_key(pem: bytes) -> RSAPrivateKey:
    key = load_pem_private_key(pem, password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


@cache
def _public_key(pem: bytes) -> RSAPublicKey:
    key = load_pem_public_key(pem)
    assert isinstance(key, RSAPublicKey)
    return key
