"""Ed25519 signatures that anybody can check without asking us: for what must hold without a network.

One pair of keys for each of the token keys, so they are rotated together; a till that was given the
public keys can read what was signed, and sign nothing.
"""

import hashlib
import hmac
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings


def newest() -> int:
    """The version of the key that signs now."""
    return next(iter(settings.TOKEN_KEYS))


def sign(message: bytes, *, purpose: str, version: int) -> bytes:
    """A signature of 64 bytes; each purpose has keys of its own."""
    return _private(settings.TOKEN_KEYS[version], purpose).sign(message)


def public_keys(purpose: str) -> dict[int, bytes]:
    """The public keys of a purpose by version, 32 bytes each."""
    return {
        version: _private(key, purpose).public_key().public_bytes_raw()
        for version, key in settings.TOKEN_KEYS.items()
    }


@cache
def _private(key: bytes, purpose: str) -> Ed25519PrivateKey:
    seed = hmac.new(key, b"ed25519\0" + purpose.encode(), hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)
