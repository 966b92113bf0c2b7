"""RSA signatures: ours on requests and payments, WeChat Pay's on answers and notices."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from district.wechat.pay.errors import BadSignature, SignatureProbe, StaleTimestamp
from district.wechat.pay.keys import PayMerchant, PlatformKeys

SCHEME = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"
WINDOW_SECONDS = 300
# What a stored notice needs to be verified again.
SIGNED_HEADERS = (
    "wechatpay-serial",
    "wechatpay-timestamp",
    "wechatpay-nonce",
    "wechatpay-signature",
    "wechatpay-signature-type",
)


def sign(private_key: RSAPrivateKey, *lines: str | bytes) -> str:
    """The base64 signature of these lines, each ended by a line feed."""
    return base64.b64encode(private_key.sign(_text(lines), PKCS1v15(), SHA256())).decode()


def authorization(
    merchant: PayMerchant, *, method: str, target: str, body: bytes, timestamp: int, nonce: str
) -> str:
    """The Authorization header of a request; `target` and `body` exactly as they are sent."""
    signature = sign(merchant.private_key, method, target, str(timestamp), nonce, body)
    return (
        f'{SCHEME} mchid="{merchant.mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{merchant.serial_no}"'
    )


def verify(
    headers: Mapping[str, str], body: bytes, *, platform: PlatformKeys, now: datetime
) -> str:
    """The id of WeChat Pay's key that signed these bytes within the last five minutes.

    Raises BadSignature, SignatureProbe, StaleTimestamp, UnknownKey.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    key_id, timestamp, nonce, signature = (lower.get(name, "") for name in SIGNED_HEADERS[:4])
    if lower.get(SIGNED_HEADERS[4], SCHEME) != SCHEME:
        raise BadSignature("another kind of signature")
    if not (key_id and nonce and signature and timestamp.isascii() and timestamp.isdigit()):
        raise BadSignature("a header is missing")
    if signature.startswith(PROBE):
        raise SignatureProbe("a probe")
    # Before any work with keys: whoever replays old traffic costs nothing.
    if len(timestamp) > 12 or abs(now.timestamp() - int(timestamp)) > WINDOW_SECONDS:  # noqa: PLR2004
        raise StaleTimestamp("signed outside of the five minutes")
    key = platform.key(key_id, now)
    try:
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, _text((timestamp, nonce, body)), PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        is_right = False
    else:
        is_right = True
    if not is_right:
        raise BadSignature("the signature is wrong")
    return key_id


def _text(lines: tuple[str | bytes, ...]) -> bytes:
    return b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
