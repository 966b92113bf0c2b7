"""The four calls of api.weixin.qq.com that the district makes, with their real refusals."""

import base64
import re
import secrets
from collections.abc import Callable
from typing import Any

from district.wechat.sandbox.picture import draw
from district.wechat.sandbox.refusals import Refusal
from district.wechat.sandbox.strict import Call
from district.wechat.sandbox.world import World

Answer = dict[str, Any] | tuple[bytes, str]

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
_WIDTHS, _COLOURS = range(280, 1281), range(256)


def stable_token(world: World, call: Call) -> Answer:
    """POST /cgi-bin/stable_token"""
    call.must_be("POST")
    call.fields_of_query()
    fields = call.fields_of_body(
        {"grant_type": str, "appid": str, "secret": str, "force_refresh": bool}
    )
    world.check_app(fields)
    if fields.get("grant_type") != "client_credential":
        raise Refusal(40002)
    world.quotas.count("stable_token", world.now())
    token, seconds = world.tokens.fetch(world.now(), force=fields.get("force_refresh", False))
    return {"access_token": token, "expires_in": seconds}


def jscode2session(world: World, call: Call) -> Answer:
    """GET /sns/jscode2session"""
    call.must_be("GET")
    fields = call.fields_of_query("appid", "secret", "js_code", "grant_type")
    world.check_app(fields)
    if not fields.get("js_code"):
        raise Refusal(41008)
    if fields.get("grant_type") != "authorization_code":
        raise Refusal(40002)
    issued = world.login_codes.look_at(fields["js_code"], world.now())
    person = world.people[issued.openid]
    world.quotas.count("jscode2session", world.now(), person.openid)
    issued.used = True
    if person.blocked:
        raise Refusal(40226)
    session_key = base64.b64encode(secrets.token_bytes(16)).decode()
    answer: dict[str, Any] = {"session_key": session_key, "openid": person.openid}
    if person.unionid:
        answer["unionid"] = person.unionid
    return answer


def getuserphonenumber(world: World, call: Call) -> Answer:
    """POST /wxa/business/getuserphonenumber"""
    call.must_be("POST")
    world.tokens.check(call.query.get("access_token", ""), world.now())
    if "code" in call.query:
        raise Refusal(40029)
    call.fields_of_query("access_token")
    fields = call.fields_of_body({"code": str, "openid": str})
    world.quotas.count("getuserphonenumber", world.now())
    code = fields.get("code", "")
    issued = world.phone_codes.look_at(code, world.now())
    if fields.get("openid", issued.openid) != issued.openid:
        raise Refusal(40029)
    issued.used = True
    country, number = world.numbers[code]
    return {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": number if country == "86" else f"+{country}{number}",
            "purePhoneNumber": number,
            "countryCode": int(country) if world.country_as_number else country,
            "watermark": {"timestamp": int(world.now()), "appid": world.appid},
        },
    }


def getwxacodeunlimit(world: World, call: Call) -> Answer:
    """POST /wxa/getwxacodeunlimit"""
    call.must_be("POST")
    world.tokens.check(call.query.get("access_token", ""), world.now())
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
    world.quotas.count("getwxacodeunlimit", world.now())
    _check_scene_and_page(world, fields)
    width = fields.get("width", 430)
    if width not in _WIDTHS:
        raise Refusal(40097, "width")
    if fields.get("env_version", "release") not in {"release", "trial", "develop"}:
        raise Refusal(40097, "env_version")
    return draw(fields, width=width, line=_line_colour(fields))


def _check_scene_and_page(world: World, fields: dict[str, Any]) -> None:
    if not _SCENE.fullmatch(fields.get("scene", "")):
        raise Refusal(40169)
    page = fields.get("page", "")
    if "scancode_time" in page:
        raise Refusal(85096)
    if page.startswith("/") or "?" in page:
        raise Refusal(41030)
    if page and fields.get("check_path", True) and page not in world.pages:
        raise Refusal(41030)


def _line_colour(fields: dict[str, Any]) -> tuple[int, int, int]:
    if fields.get("auto_color"):
        return 0, 0, 0
    colour = fields.get("line_color", {"r": 0, "g": 0, "b": 0})
    parts = [colour.get(part) for part in "rgb"]
    if colour.keys() - set("rgb") or not all(type(p) is int and p in _COLOURS for p in parts):
        raise Refusal(40097, "line_color")
    return parts[0], parts[1], parts[2]


ROUTES: dict[str, tuple[str, Callable[[World, Call], Answer]]] = {
    "/cgi-bin/stable_token": ("stable_token", stable_token),
    "/sns/jscode2session": ("jscode2session", jscode2session),
    "/wxa/business/getuserphonenumber": ("getuserphonenumber", getuserphonenumber),
    "/wxa/getwxacodeunlimit": ("getwxacodeunlimit", getwxacodeunlimit),
}
