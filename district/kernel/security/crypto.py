"""Sealing personal data and looking it up without reading it.

Three secrets that are not derived from each other (decision 17): master keys wrap data keys,
a data key per person seals that person's values, the pepper keys the look-up hashes.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12


class Unsealable(Exception):
    """The bytes were not sealed by this key for this place."""


def new_data_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def seal(key: bytes, text: str, *, place: str) -> bytes:
    """AES-256-GCM over the text; `place` (such as `member:7:phone`) binds it to where it stands."""
    return seal_bytes(key, text.encode(), place=place)


def seal_bytes(key: bytes, plain: bytes, *, place: str) -> bytes:
    """As seal, for what is no text, such as a picture."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, *, place: str) -> str:
    """Raises Unsealable when the key is another one or the bytes were moved or changed."""
    return unseal_bytes(key, sealed, place=place).decode()


def unseal_bytes(key: bytes, sealed: bytes, *, place: str) -> bytes:
    """Raises Unsealable when the key is another one or the bytes were moved or changed."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise Unsealable(place) from None


def wrap(data_key: bytes, *, place: str) -> tuple[int, bytes]:
    """The version of the newest master key, and the data key sealed by it."""
    version = next(iter(settings.MASTER_KEYS))
    nonce = os.urandom(_NONCE)
    return version, nonce + AESGCM(settings.MASTER_KEYS[version]).encrypt(
        nonce, data_key, place.encode()
    )


def unwrap(version: int, wrapped: bytes, *, place: str) -> bytes:
    """Raises Unsealable when the master key of that version is gone or does not fit."""
    try:
        master = AESGCM(settings.MASTER_KEYS[version])
        return master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], place.encode())
    except (KeyError, InvalidTag, ValueError):
        raise Unsealable(place) from None


def lookup_hash(kind: str, value: str) -> bytes:
    """A keyed SHA-256 that finds a value again without storing it; `kind` keeps phones and openids apart."""
    return hmac.new(settings.PEPPER, f"{kind}\0{value}".encode(), hashlib.sha256).digest()


def keyed_digest(purpose: str, content: bytes) -> bytes:
    """A digest that tells contents apart and that nobody without the pepper can try guesses against.

    32 bytes. `purpose` has a key of its own, so that digests of two purposes are never compared. For
    everything stored whose content somebody might guess, such as a request that names a birthday.
    """
    digest = hashlib.sha256(content).digest()
    return hmac.new(_key_of(purpose, settings.PEPPER), digest, hashlib.sha256).digest()


@lru_cache(maxsize=64)
def _key_of(purpose: str, pepper: bytes) -> bytes:
    return hmac.new(pepper, b"digest\0" + purpose.encode(), hashlib.sha256).digest()
