"""Short-lived signed codes: what stands behind a dynamic QR code.

A code is base32 text (upper case and digits: dense in a QR, readable by any scanner) over
`key version (1) | expiry in epoch seconds (4) | payload | first 12 bytes of HMAC-SHA256`.
The purpose is part of what is signed, so a code of one kind is never accepted as another.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from district.kernel.errors import TokenExpired, TokenInvalid

_MAC = 12
_HEAD = 5
_LONGEST = 400


def sign(*, purpose: str, payload: bytes, at: datetime, lifetime: timedelta) -> str:
    """A code that says `payload` until `at + lifetime`, signed by the newest key."""
    version = next(iter(settings.TOKEN_KEYS))
    expires = int((at + lifetime).timestamp())
    body = bytes([version]) + expires.to_bytes(4, "big") + payload
    return base64.b32encode(body + _mac(version, purpose, body)).decode().rstrip("=")


def open_token(*, purpose: str, text: str, at: datetime) -> bytes:
    """The payload of a code of ours that is still good at `at`.

    Raises TokenInvalid for anything we did not sign for this purpose, TokenExpired after its time.
    """
    raw = _decode(text)
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if body[0] not in settings.TOKEN_KEYS or not hmac.compare_digest(
        mac, _mac(body[0], purpose, body)
    ):
        raise TokenInvalid
    if at.timestamp() >= int.from_bytes(body[1:_HEAD], "big"):
        raise TokenExpired
    return body[_HEAD:]


def _decode(text: str) -> bytes:
    if len(text) > _LONGEST:
        raise TokenInvalid
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        raise TokenInvalid from None
    # One text per code: unused bits of the last letter must not make a twin.
    if len(raw) <= _HEAD + _MAC or base64.b32encode(raw).decode().rstrip("=") != text:
        raise TokenInvalid
    return raw


def _mac(version: int, purpose: str, body: bytes) -> bytes:
    key = settings.TOKEN_KEYS[version]
    return hmac.new(key, purpose.encode() + b"\0" + body, hashlib.sha256).digest()[:_MAC]
