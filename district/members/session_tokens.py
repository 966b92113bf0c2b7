"""The text of a shopper's token, and the only form of it that is kept."""

import base64
import hashlib
import secrets

PREFIX = "sht_"
_RANDOM_BYTES = 32
LENGTH = len(PREFIX) + 43


def new_token() -> str:
    random = base64.urlsafe_b64encode(secrets.token_bytes(_RANDOM_BYTES)).decode()
    return PREFIX + random.rstrip("=")


def looks_like_token(text: str) -> bool:
    return text.startswith(PREFIX) and len(text) == LENGTH


def token_hash(token: str) -> bytes:
    """A plain digest is enough: 32 random bytes cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()
