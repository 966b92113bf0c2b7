"""Codes the mini-program gets on the phone and the server trades in, once, within five minutes."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from district.wechat.sandbox.errcodes import WechatErrorResponse

LIFE = 300.0
_KEPT = 3600.0


@dataclass
class Issued:
    openid: str
    expires_at: float
    used: bool = False


class CodeBook:
    """The codes of one kind; a code is of use to the person it was issued to, once."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._codes: dict[str, Issued] = {}

    def issue(self, openid: str, at: float) -> str:
        self._forget_old(at)
        code = self._make()
        self._codes[code] = Issued(openid, at + LIFE)
        return code

    def use_code(self, code: str, at: float) -> Issued:
        """The live code, not used up yet; a used one says 40163 also after its time."""
        issued = self._codes.get(code)
        if issued is None:
            raise WechatErrorResponse(40029)
        if issued.used:
            raise WechatErrorResponse(40163)
        if at >= issued.expires_at:
            raise WechatErrorResponse(40029)
        return issued

    def expire_all(self, at: float) -> None:
        for issued in self._codes.values():
            issued.expires_at = min(issued.expires_at, at)

    def _forget_old(self, at: float) -> None:
        # Insertion order is order of age, so the first young one ends the search.
        for code, issued in list(self._codes.items()):
            if issued.expires_at + _KEPT > at:
                break
            del self._codes[code]


def login_code() -> str:
    return "0" + secrets.token_hex(16)[:31]


def phone_code() -> str:
    return secrets.token_hex(32)
