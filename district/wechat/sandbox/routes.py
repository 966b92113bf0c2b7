"""The calls of api.weixin.qq.com that the district makes, with their real refusals."""

import base64
import re
import secrets
from collections.abc import Callable
from typing import Any

from district.wechat.sandbox.content import media_check_async, msg_sec_check
from district.wechat.sandbox.errcodes import WechatErrorResponse
from district.wechat.sandbox.picture import draw
from district.wechat.sandbox.request_fields import Call
from district.wechat.sandbox.state import SandboxState

SandboxResponse = dict[str, Any] | tuple[bytes, str]

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
_WIDTHS, _COLOURS = range(280, 1281), range(256)


def stable_token(state: SandboxState, call: Call) -> SandboxResponse:
    """POST /cgi-bin/stable_token"""
    call.require_method("POST")
    call.fields_of_query()
    fields = call.fields_of_body(
        {"grant_type": str, "appid": str, "secret": str, "force_refresh": bool}
    )
    state.check_app(fields)
    if fields.get("grant_type") != "client_credential":
        raise WechatErrorResponse(40002)
    state.quotas.count("stable_token", state.now())
    token, seconds = state.tokens.fetch(state.now(), force=fields.get("force_refresh", False))
    return {"access_token": token, "expires_in": seconds}


def jscode2session(state: SandboxState, call: Call) -> SandboxResponse:
    """GET /sns/jscode2session"""
    call.require_method("GET")
    fields = call.fields_of_query("appid", "secret", "js_code", "grant_type")
    state.check_app(fields)
    if not fields.get("js_code"):
        raise WechatErrorResponse(41008)
    if fields.get("grant_type") != "authorization_code":
        raise WechatErrorResponse(40002)
    issued = state.login_codes.use_code(fields["js_code"], state.now())
    person = state.people[issued.openid]
    state.quotas.count("jscode2session", state.now(), person.openid)
    issued.used = True
    if person.blocked:
        raise WechatErrorResponse(40226)
    person.seen_at = state.now()
    session_key = base64.b64encode(secrets.token_bytes(16)).decode()
    answer: dict[str, Any] = {"session_key": session_key, "openid": person.openid}
    if person.unionid:
        answer["unionid"] = person.unionid
    return answer


def getuserphonenumber(state: SandboxState, call: Call) -> SandboxResponse:
    """POST /wxa/business/getuserphonenumber"""
    call.require_method("POST")
    state.tokens.check(call.query.get("access_token", ""), state.now())
    if "code" in call.query:
        raise WechatErrorResponse(40029)
    call.fields_of_query("access_token")
    fields = call.fields_of_body({"code": str, "openid": str})
    state.quotas.count("getuserphonenumber", state.now())
    code = fields.get("code", "")
    issued = state.phone_codes.use_code(code, state.now())
    if fields.get("openid", issued.openid) != issued.openid:
        raise WechatErrorResponse(40029)
    issued.used = True
    country, number = state.numbers[code]
    return {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": number if country == "86" else f"+{country}{number}",
            "purePhoneNumber": number,
            "countryCode": int(country) if state.country_as_number else country,
            "watermark": {"timestamp": int(state.now()), "appid": state.appid},
        },
    }


def getwxacodeunlimit(state: SandboxState, call: Call) -> SandboxResponse:
    """POST /wxa/getwxacodeunlimit"""
    call.require_method("POST")
    state.tokens.check(call.query.get("access_token", ""), state.now())
    call.fields_of_query("access_token")
    fields = call.fields_of_body(
        {
            "scene": str,
            "page": str,
            "check_path": bool,
            "env_version": str,
            "width": int,
            "auto_color": bool,
            "line_color": dict,
            "is_hyaline": bool,
        }
    )
    state.quotas.count("getwxacodeunlimit", state.now())
    _check_scene_and_page(state, fields)
    width = fields.get("width", 430)
    if width not in _WIDTHS:
        raise WechatErrorResponse(40097, "width")
    if fields.get("env_version", "release") not in {"release", "trial", "develop"}:
        raise WechatErrorResponse(40097, "env_version")
    return draw(fields, width=width, line=_line_colour(fields))


def _check_scene_and_page(state: SandboxState, fields: dict[str, Any]) -> None:
    if not _SCENE.fullmatch(fields.get("scene", "")):
        raise WechatErrorResponse(40169)
    page = fields.get("page", "")
    if "scancode_time" in page:
        raise WechatErrorResponse(85096)
    if page.startswith("/") or "?" in page:
        raise WechatErrorResponse(41030)
    if page and fields.get("check_path", True) and page not in state.pages:
        raise WechatErrorResponse(41030)


def _line_colour(fields: dict[str, Any]) -> tuple[int, int, int]:
    if fields.get("auto_color"):
        return 0, 0, 0
    colour = fields.get("line_color", {"r": 0, "g": 0, "b": 0})
    parts = [colour.get(part) for part in "rgb"]
    if colour.keys() - set("rgb") or not all(type(p) is int and p in _COLOURS for p in parts):
        raise WechatErrorResponse(40097, "line_color")
    return parts[0], parts[1], parts[2]


ROUTES: dict[str, tuple[str, Callable[[SandboxState, Call], SandboxResponse]]] = {
    "/cgi-bin/stable_token": ("stable_token", stable_token),
    "/sns/jscode2session": ("jscode2session", jscode2session),
    "/wxa/business/getuserphonenumber": ("getuserphonenumber", getuserphonenumber),
    "/wxa/getwxacodeunlimit": ("getwxacodeunlimit", getwxacodeunlimit),
    "/wxa/msg_sec_check": ("msg_sec_check", msg_sec_check),
    "/wxa/media_check_async": ("media_check_async", media_check_async),
}
