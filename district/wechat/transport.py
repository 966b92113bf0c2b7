"""wechatpy's client, pointed at one base address and made safe to use."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from wechatpy.client import WeChatClient
from wechatpy.client.api import WeChatWxa
from wechatpy.exceptions import WeChatClientException

from district.wechat.access_token import SharedToken

CONNECT_SECONDS, ANSWER_SECONDS = 3.05, 5.0
_JSON = {"Content-Type": "application/json"}


def _without_queries(record: logging.LogRecord) -> bool:
    """urllib3 logs whole request lines when it debugs, and WeChat's carry the secret and the token."""
    return record.levelno >= logging.WARNING


logging.getLogger("urllib3.connectionpool").addFilter(_without_queries)


@dataclass(frozen=True)
class CallFailure:
    """Why a call came to nothing; WeChat's errcode if it gave one. Holds nothing secret."""

    reason: str
    errcode: int | None = None


class _Wxa(WeChatWxa):  # type: ignore[misc]  # the library is untyped
    """The mini-program calls the library lacks or makes with parameters of years ago."""

    def phone_number(self, token: str, code: str, openid: str | None) -> Any:
        return self._post(
            "wxa/business/getuserphonenumber",
            params={"access_token": token},
            data={"code": code} | ({} if openid is None else {"openid": openid}),
            headers=_JSON,
        )

    def mini_code(self, token: str, scene: str, page: str) -> Any:
        return self._post(
            "wxa/getwxacodeunlimit",
            params={"access_token": token},
            data={"scene": scene, "page": page},
            headers=_JSON,
        )

    def check_text(self, token: str, text: str, openid: str, scene: int) -> Any:
        return self._post(
            "wxa/msg_sec_check",
            params={"access_token": token},
            data={"version": 2, "scene": scene, "openid": openid, "content": text},
            headers=_JSON,
        )

    def check_picture(self, token: str, url: str, openid: str, scene: int) -> Any:
        return self._post(
            "wxa/media_check_async",
            params={"access_token": token},
            data={
                "version": 2,
                "scene": scene,
                "openid": openid,
                "media_url": url,
                "media_type": 2,
            },
            headers=_JSON,
        )


class WechatTransport(WeChatClient):  # type: ignore[misc]  # the library is untyped
    """Three addresses moved, time-outs on every call, one shared token, no retry of its own."""

    wxa = _Wxa()

    def __init__(
        self, *, appid: str, secret: str, base: str, token: SharedToken, patience: float
    ) -> None:
        super().__init__(appid, secret, timeout=(CONNECT_SECONDS, patience), auto_retry=False)
        self._shared = token
        self._base = base
        self.API_BASE_URL = f"{base}cgi-bin/"
        self.wxa.API_BASE_URL = base
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, HTTPAdapter(pool_maxsize=16))
        # A proxy for the outside world must not be asked for the stand-in on this machine.
        self._http.trust_env = urlsplit(base).hostname not in {"127.0.0.1", "localhost", "::1"}

    @property
    def access_token(self) -> str:
        return self._shared.current()

    def fetch_access_token(self) -> Any:
        """A stable token: unlike the library's call it does not end the one other workers use."""
        parameters = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        # Parameters that are no dict keep the library from adding an access token.
        return self.post("stable_token", params=(), data=parameters, headers=_JSON)

    def code_to_session(self, code: str) -> Any:
        """The library's own call would fetch a token first and send it beside the secret."""
        parameters = {
            "appid": self.appid,
            "secret": self.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return self.get(
            "sns/jscode2session", params=tuple(parameters.items()), api_base_url=self._base
        )

    def _request(self, method: str, url_or_endpoint: str, **options: Any) -> Any:
        # A redirect would carry the secret to another address.
        return super()._request(method, url_or_endpoint, allow_redirects=False, **options)


def call_wechat(call: Callable[[], Any]) -> Mapping[str, Any] | requests.Response | CallFailure:
    """WeChat's answer, or what went wrong.

    Exceptions end here: theirs hold the request, and with it the secret, the token and the code.
    """
    try:
        answer = call()
    except WeChatClientException as refused:
        if refused.errcode is not None:
            return CallFailure("refused", refused.errcode)
        return CallFailure(f"http {getattr(refused.response, 'status_code', '?')}")
    except requests.RequestException as failed:
        return CallFailure(type(failed).__name__)
    except (ValueError, TypeError):
        # The library turns errcode into an int without asking what it is.
        return CallFailure("garbage")
    if isinstance(answer, Mapping | requests.Response):
        return answer
    return CallFailure("garbage")
