"""The people who carry a phone with WeChat."""

import base64
import hashlib
from dataclasses import dataclass


@dataclass
class Person:
    """Somebody with a WeChat account, a phone number and perhaps a bad reputation."""

    name: str
    openid: str
    phone: str
    country: str = "86"
    unionid: str | None = None
    blocked: bool = False
    # When the mini-program was last opened: a login code was traded in.
    seen_at: float | None = None


def openid_of(appid: str, name: str) -> str:
    """28 characters that stay the same for a person and an appid, also after a restart."""
    digest = hashlib.sha256(f"openid\0{appid}\0{name}".encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode()[:27]


def phone_of(name: str) -> str:
    """A mobile number of a range that is not given out, the same for the same name."""
    digest = hashlib.sha256(f"phone\0{name}".encode()).digest()
    return f"19900{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"
