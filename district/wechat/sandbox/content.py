"""Judging texts and pictures: by words and verdicts that a test or a person has set."""

import secrets
from typing import Any

from district.wechat.sandbox.content_rules import NORMAL, SUGGESTIONS
from district.wechat.sandbox.errcodes import WechatErrorResponse
from district.wechat.sandbox.request_fields import Call
from district.wechat.sandbox.state import SandboxState

RECENT_SECONDS = 7_200.0
_LONGEST_TEXT = 2_500
_SCENES = range(1, 5)
_OTHER = 21_000
_VERSION, _IMAGE = 2, 2
_UNREACHABLE = -1008


def msg_sec_check(state: SandboxState, call: Call) -> dict[str, Any]:
    """POST /wxa/msg_sec_check"""
    fields = _checked_fields(
        state,
        call,
        "msg_sec_check",
        {"content": str, "title": str, "nickname": str, "signature": str},
    )
    text = fields.get("content", "")
    if not text or len(text) > _LONGEST_TEXT:
        raise WechatErrorResponse(47001, "content")
    found = [(word, verdict) for word, verdict in state.content.words.items() if word in text]
    details = [
        {
            "strategy": "keyword",
            "errcode": 0,
            "suggest": suggestion,
            "label": label,
            "keyword": word,
        }
        for word, (suggestion, label) in found
    ]
    suggestion, label = max(
        (verdict for _word, verdict in found),
        key=lambda verdict: SUGGESTIONS.index(verdict[0]),
        default=("pass", NORMAL),
    )
    return {
        "errcode": 0,
        "errmsg": "ok",
        "trace_id": _trace_id(),
        "result": {"suggest": suggestion, "label": label},
        # An entry counts only with an errcode 0; the real service sends such ones too.
        "detail": [*details, {"strategy": "content_model", "errcode": -1}],
    }


def media_check_async(state: SandboxState, call: Call) -> dict[str, Any]:
    """POST /wxa/media_check_async"""
    fields = _checked_fields(
        state, call, "media_check_async", {"media_url": str, "media_type": int}
    )
    if fields.get("media_type") != _IMAGE:
        raise WechatErrorResponse(40097, "media_type")
    if not fields.get("media_url", "").startswith(("http://", "https://")):
        raise WechatErrorResponse(40097, "media_url")
    rules, trace_id = state.content, _trace_id()
    message = {
        "Event": "wxa_media_check",
        "appid": state.appid,
        "trace_id": trace_id,
        "version": 2,
        "detail": [],
        "errcode": 0,
        "errmsg": "ok",
        "result": {"suggest": rules.picture_suggestion, "label": rules.picture_label},
    }
    unreachable = {"errcode": _UNREACHABLE, "errmsg": "download failed"}
    for _push in range(rules.pushes):
        state.messages.push(
            fields["openid"],
            message,
            after=rules.picture_seconds,
            fetch=fields["media_url"],
            instead={name: message[name] for name in message if name != "result"} | unreachable,
        )
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace_id}


def set_content(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """What texts and pictures are worth: word with suggest and label; picture, label, seconds, pushes."""
    rules = state.content
    if "word" in fields:
        rules.words[str(fields["word"])] = (
            _suggestion(fields.get("suggest", "risky")),
            int(fields.get("label", _OTHER)),
        )
    if "picture" in fields:
        rules.picture_suggestion = _suggestion(fields["picture"])
        normal = rules.picture_suggestion == "pass"
        rules.picture_label = int(fields.get("label", NORMAL if normal else _OTHER))
    rules.picture_seconds = float(fields.get("seconds", rules.picture_seconds))
    rules.pushes = int(fields.get("pushes", rules.pushes))
    return {"words": {word: list(verdict) for word, verdict in rules.words.items()}}


def _suggestion(value: Any) -> str:
    if value not in SUGGESTIONS:
        raise ValueError(f"a suggestion is one of {SUGGESTIONS}")
    return str(value)


def _checked_fields(
    state: SandboxState, call: Call, route: str, types: dict[str, type]
) -> dict[str, Any]:
    """What both calls ask for in the same way: the token, version 2, the scene and a person who was here."""
    if call.method != "POST":
        raise WechatErrorResponse(43302)
    state.tokens.check(call.query.get("access_token", ""), state.now())
    call.fields_of_query("access_token")
    fields = call.fields_of_body(types | {"version": int, "scene": int, "openid": str})
    state.quotas.count(route, state.now())
    if fields.get("version") != _VERSION:
        raise WechatErrorResponse(40097, "version")
    if fields.get("scene") not in _SCENES:
        raise WechatErrorResponse(40129)
    person = state.people.get(fields.get("openid", ""))
    if person is None:
        raise WechatErrorResponse(40003)
    if person.seen_at is None or state.now() - person.seen_at > RECENT_SECONDS:
        raise WechatErrorResponse(61010)
    return fields


def _trace_id() -> str:
    return f"{secrets.token_hex(4)}-{secrets.token_hex(8)}"
