"""The gateway over HTTP: WeChat's errcodes become the district's refusals here."""

import logging
import threading
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import requests
from django.conf import settings

from district.kernel.errors import DomainError
from district.wechat.access_token import SharedToken
from district.wechat.errors import (
    LoginBlocked,
    LoginCodeInvalid,
    LoginCodeUsed,
    PersonNotRecent,
    PhoneCodeInvalid,
    PhoneCodeUsed,
    WechatBusy,
    WechatMisconfigured,
    WechatUnavailable,
)
from district.wechat.gateway import (
    ContentScene,
    ContentVerdict,
    Suggestion,
    VerifiedPhone,
    WechatGateway,
    WechatSession,
)
from district.wechat.transport import ANSWER_SECONDS, CallFailure, WechatTransport, call_wechat

logger = logging.getLogger("district.wechat")

Refusals = Mapping[int, type[DomainError]]
LOGIN_REFUSALS: Refusals = {
    40029: LoginCodeInvalid,
    40163: LoginCodeUsed,
    40226: LoginBlocked,
    45011: WechatBusy,
}
PHONE_REFUSALS: Refusals = {
    40029: PhoneCodeInvalid,
    # Here the appid is not ours to send: the code is another mini-program's.
    40013: PhoneCodeInvalid,
    40163: PhoneCodeUsed,
    45011: WechatBusy,
}
CONTENT_REFUSALS: Refusals = {61010: PersonNotRecent}
# So many characters of a text are judged in one call.
TEXT_PART_CHARACTERS = 2_500
# Wrong appid, secret, address list, fields: nothing a shopper or a second try can mend.
CONFIGURATION_ERRCODES = frozenset(
    {40001, 40002, 40013, 40097, 40125, 40164, 40169, 41002, 41004, 41008, 41030, 43001, 43002}
    | {40003, 40129, 43104, 43302, 44002, 47001, 85096}
)
TOKEN_REFUSED = frozenset({40001, 40014, 42001})
APP_QUOTA = 45009
# Of a worker's four threads at most two wait for WeChat; the tills go on when WeChat is slow.
_MAX_CONCURRENT, _PATIENCE_SECONDS = 2, 1.0


class WechatClient:
    """WeChat's api.weixin.qq.com, or whatever speaks like it at `base`."""

    def __init__(
        self, *, appid: str, secret: str, base: str, patience: float = ANSWER_SECONDS
    ) -> None:
        self._token = SharedToken(appid, self._fetch_token)
        self._api = WechatTransport(
            appid=appid, secret=secret, base=base, token=self._token, patience=patience
        )
        self._places = threading.BoundedSemaphore(_MAX_CONCURRENT)

    def session_for(self, code: str) -> WechatSession:
        answer = self._ask(
            "code_to_session", lambda: self._api.code_to_session(code), LOGIN_REFUSALS
        )
        openid, unionid = _field(answer, "openid"), None
        if answer.get("unionid"):
            unionid = _field(answer, "unionid")
        return WechatSession(openid=openid, unionid=unionid)

    def phone_for(self, code: str, openid: str | None) -> VerifiedPhone:
        answer = self._ask_with_token(
            "phone_number",
            lambda token: self._api.wxa.phone_number(token, code, openid),
            PHONE_REFUSALS,
        )
        info = answer.get("phone_info")
        if not isinstance(info, Mapping):
            raise WechatUnavailable
        # WeChat's own example shows the country as a string and as a number.
        country = str(info.get("countryCode", "")).removeprefix("+")
        return VerifiedPhone(number=_field(info, "purePhoneNumber"), country=country or "86")

    def mini_code(self, scene: str, page: str) -> bytes:
        answer = self._ask_with_token(
            "mini_code", lambda token: self._api.wxa.mini_code(token, scene, page), {}
        )
        picture = answer.get("picture")
        if not isinstance(picture, bytes):
            raise WechatUnavailable
        return picture

    def check_text(self, text: str, *, openid: str, scene: ContentScene) -> ContentVerdict:
        parts = range(0, max(len(text), 1), TEXT_PART_CHARACTERS)
        verdicts = [
            self._check_part(text[at : at + TEXT_PART_CHARACTERS], openid, scene) for at in parts
        ]
        return max(verdicts, key=lambda verdict: _SEVERITY[verdict.suggestion])

    def _check_part(self, text: str, openid: str, scene: ContentScene) -> ContentVerdict:
        answer = self._ask_with_token(
            "check_text",
            lambda token: self._api.wxa.check_text(token, text, openid, int(scene)),
            CONTENT_REFUSALS,
        )
        verdict = content_verdict(answer)
        if verdict is None:
            logger.warning("wechat verdict cannot be read", extra={"call": "check_text"})
            raise WechatUnavailable
        return verdict

    def check_picture(self, url: str, *, openid: str, scene: ContentScene) -> str:
        answer = self._ask_with_token(
            "check_picture",
            lambda token: self._api.wxa.check_picture(token, url, openid, int(scene)),
            CONTENT_REFUSALS,
        )
        return _field(answer, "trace_id")

    def _fetch_token(self) -> tuple[str, int]:
        answer = self._ask("stable_token", self._api.fetch_access_token, {})
        seconds = answer.get("expires_in")
        if not isinstance(seconds, int):
            raise WechatUnavailable
        return _field(answer, "access_token"), seconds

    def _ask_with_token(
        self, name: str, call: Callable[[str], Any], refusals: Refusals
    ) -> Mapping[str, Any]:
        """The answer; a refused token is renewed once and the call repeated once."""
        token = self._token.current()
        outcome = self._limit_concurrency(partial(call, token))
        if isinstance(outcome, CallFailure) and outcome.errcode in TOKEN_REFUSED:
            logger.info("wechat token refused", extra={"call": name, "errcode": outcome.errcode})
            renewed = self._token.current(refused=token)
            outcome = self._limit_concurrency(partial(call, renewed))
        return _parse_outcome(name, outcome, refusals)

    def _ask(self, name: str, call: Callable[[], Any], refusals: Refusals) -> Mapping[str, Any]:
        return _parse_outcome(name, self._limit_concurrency(call), refusals)

    def _limit_concurrency(self, call: Callable[[], Any]) -> Any:
        if not self._places.acquire(timeout=_PATIENCE_SECONDS):
            return CallFailure("too many calls wait for WeChat already")
        try:
            return call_wechat(call)
        finally:
            self._places.release()


def _parse_outcome(name: str, outcome: Any, refusals: Refusals) -> Mapping[str, Any]:
    """The answer's fields, a picture under `picture`. Raises what the outcome means for the caller."""
    if isinstance(outcome, Mapping):
        return outcome
    if isinstance(outcome, requests.Response):
        if outcome.headers.get("Content-Type", "").startswith("image/"):
            return {"picture": outcome.content}
        outcome = CallFailure("garbage")
    facts = {"call": name, "reason": outcome.reason, "errcode": outcome.errcode}
    if outcome.errcode in refusals:
        raise refusals[outcome.errcode]
    if outcome.errcode in CONFIGURATION_ERRCODES:
        logger.error("wechat refuses our configuration or request", extra=facts)
        raise WechatMisconfigured
    logger.warning("wechat call failed", extra=facts)
    raise WechatUnavailable(retry_after=60 if outcome.errcode == APP_QUOTA else None)


_SEVERITY = {suggestion: number for number, suggestion in enumerate(Suggestion)}


def content_verdict(document: Mapping[str, Any]) -> ContentVerdict | None:
    """The verdict of an answer or of a pushed message; None where there is none to be understood.

    A message without a result (the picture could not be fetched, for one) is for a person to look at.
    """
    trace_id, result = document.get("trace_id"), document.get("result")
    if not isinstance(trace_id, str) or not trace_id or not isinstance(result, Mapping):
        return None
    suggestion, label = result.get("suggest"), result.get("label")
    if suggestion not in tuple(Suggestion) or not isinstance(label, int):
        return None
    return ContentVerdict(Suggestion(suggestion), label, trace_id)


def _field(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        logger.warning("wechat answer lacks a field", extra={"field": name})
        raise WechatUnavailable
    return value


@cache
def _client(appid: str, secret: str, base: str) -> WechatClient:
    return WechatClient(appid=appid, secret=secret, base=base)


def gateway() -> WechatGateway:
    """WeChat as the settings name it."""
    base = settings.WECHAT_BASE.rstrip("/") + "/"
    return _client(settings.WECHAT_APPID, settings.WECHAT_SECRET, base)
