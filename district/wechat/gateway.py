"""What the district asks of WeChat, whoever answers."""

from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings

from district.kernel.security.crypto import lookup_hash


@dataclass(frozen=True)
class WechatSession:
    """Who stands behind a login code. WeChat's session_key is dropped on arrival: nothing here uses it."""

    openid: str = field(repr=False)
    unionid: str | None = field(default=None, repr=False)

    @property
    def appid(self) -> str:
        return str(settings.WECHAT_APPID)

    @property
    def openid_hash(self) -> bytes:
        """Finds the person again without reading the openid, which is one mini-program's own."""
        return lookup_hash("openid", f"{self.appid}:{self.openid}")

    @property
    def unionid_hash(self) -> bytes | None:
        return lookup_hash("unionid", self.unionid) if self.unionid else None


@dataclass(frozen=True)
class VerifiedPhone:
    """A number as WeChat vouches for it, without the country's code."""

    number: str = field(repr=False)
    country: str


class WechatGateway(Protocol):
    def session_for(self, code: str) -> WechatSession:
        """Trade a wx.login code, once.

        Raises LoginCodeInvalid, LoginCodeUsed, LoginBlocked, WechatBusy, WechatUnavailable,
        WechatMisconfigured.
        """

    def phone_for(self, code: str, openid: str | None) -> VerifiedPhone:
        """Trade a getPhoneNumber code of that person, once; without an openid, of anybody.

        Raises PhoneCodeInvalid, PhoneCodeUsed, WechatBusy, WechatUnavailable, WechatMisconfigured.
        """

    def mini_code(self, scene: str, page: str) -> bytes:
        """The picture of a mini-program code that opens `page` with `scene`.

        Raises WechatUnavailable, WechatMisconfigured.
        """
