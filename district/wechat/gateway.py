"""What the district asks of WeChat, whoever answers."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
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


class ContentScene(IntEnum):
    """Where a text or picture of a person is to stand."""

    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    SOCIAL = 4


class Suggestion(StrEnum):
    """What WeChat would do with a content; the worst comes last."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    REVIEW = "review"
    RISKY = "risky"


@dataclass(frozen=True)
class ContentVerdict:
    """What WeChat makes of a content. `label` is its number of the trouble, 100 is none."""

    suggestion: Suggestion
    label: int
    trace_id: str


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

    def check_text(self, text: str, *, openid: str, scene: ContentScene) -> ContentVerdict:
        """What WeChat makes of a person's text; of a long one the worst of its parts.

        Raises PersonNotRecent when the person has not opened the mini-program within two hours: then
        nobody can say, and a person of ours looks. Raises WechatUnavailable, WechatMisconfigured.
        """

    def check_picture(self, url: str, *, openid: str, scene: ContentScene) -> str:
        """Ask WeChat to look at a picture it can fetch from `url`; the trace id of the verdict.

        The verdict comes later as the event PictureChecked, or never: after thirty minutes a person looks.
        Raises PersonNotRecent, WechatUnavailable, WechatMisconfigured.
        """
