"""/_control/: what only a stand-in has. Here tests and the demo play the person with the phone."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import requests

from district.wechat.sandbox.content import set_content
from district.wechat.sandbox.faults import KINDS, Fault
from district.wechat.sandbox.messages import check_address
from district.wechat.sandbox.pay import control as pay_control
from district.wechat.sandbox.pay import routes as pay_routes
from district.wechat.sandbox.pay.refusals import PayRefusal
from district.wechat.sandbox.request_fields import Call
from district.wechat.sandbox.routes import ROUTES
from district.wechat.sandbox.state import SandboxState

# "notice" is no address: its faults are those of the notices that WeChat Pay sends.
NAMES = {name for name, _route in ROUTES.values()} | pay_routes.NAMES | {"notice"}


class BadControl(Exception):
    """A control call that makes no sense; answered with HTTP 400 and this sentence."""


def handle(state: SandboxState, call: Call) -> dict[str, Any]:
    """Do what a control call asks; the fields come as query or as JSON body."""
    name = call.path.removeprefix("/_control/")
    if name not in CONTROLS:
        raise BadControl(f"unknown control {name!r}; there are {', '.join(sorted(CONTROLS))}")
    fields: dict[str, Any] = dict(call.query)
    if call.body:
        try:
            fields |= json.loads(call.body)
        except (ValueError, TypeError):
            raise BadControl("the body must be a JSON object") from None
    try:
        with nullcontext() if name in UNLOCKED else state.lock:
            return CONTROLS[name](state, fields)
    except (LookupError, TypeError, ValueError, PayRefusal, requests.RequestException) as error:
        raise BadControl(f"{type(error).__name__}: {error}") from None


def person(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Make or change a person: name, and perhaps phone, country, unionid, blocked."""
    someone = state.person(fields.pop("name"))
    for name, value in fields.items():
        if name not in {"phone", "country", "unionid", "blocked"}:
            raise BadControl(f"a person has no {name!r}")
        setattr(someone, name, value)
    return {"openid": someone.openid, "phone": someone.phone}


def login_code(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """A fresh wx.login code of the named person."""
    someone = state.person(fields["person"])
    return {"code": state.login_codes.issue(someone.openid, state.now())}


def phone_code(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """A fresh getPhoneNumber code of the named person, for another number if one is given."""
    someone = state.person(fields["person"])
    code = state.phone_codes.issue(someone.openid, state.now())
    number = (fields.get("country", someone.country), fields.get("phone", someone.phone))
    state.numbers[code] = number
    return {"code": code}


def fault(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Order trouble: route, kind, and perhaps times (null: until cleared), seconds, number, code."""
    route = fields.pop("route")
    if route not in NAMES or fields.get("kind") not in KINDS:
        raise BadControl(f"route is one of {sorted(NAMES)}, kind one of {KINDS}")
    # From an address they come as text.
    numbers = {"times": int, "number": int, "seconds": float}
    fields |= {
        name: numbers[name](value)
        for name, value in fields.items()
        if name in numbers and value is not None
    }
    state.faults.add(route, Fault(**fields))
    return {}


def clear_faults(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Order no more trouble."""
    state.faults.clear()
    return {}


def expire(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """End the life of everything of one kind: login_codes, phone_codes or tokens."""
    if fields["what"] not in {"login_codes", "phone_codes", "tokens"}:
        raise BadControl("what is login_codes, phone_codes or tokens")
    getattr(state, fields["what"]).expire_all(state.now())
    return {}


def kill_token(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Make the current token unknown, as another server's forced refresh would."""
    state.tokens.kill()
    return {}


def quota(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Set a route's calls a minute, or switch its quota off with null."""
    if fields["route"] not in NAMES:
        raise BadControl(f"route is one of {sorted(NAMES)}")
    state.quotas.per_minute[fields["route"]] = fields["per_minute"]
    return {}


def message_settings(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Where messages are pushed to: url, token, encoding_aes_key; hold keeps them back. Checks a new address."""
    settings = state.messages.settings
    for name, value in fields.items():
        if name not in {"url", "token", "encoding_aes_key", "hold"}:
            raise BadControl(f"message settings have no {name!r}")
        setattr(settings, name, value)
    return {"address_is_ours": check_address(settings) if fields.get("url") else None}


def messages(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """What was pushed, or waits to be, and what the server answered."""
    return {
        "messages": [
            {
                "number": message.number,
                "event": message.document["Event"],
                "trace_id": message.document.get("trace_id"),
                "answers": message.answers,
                "taken": message.taken,
            }
            for message in state.messages.messages
        ]
    }


def push_message(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Push a message (number) at once, again or in another order."""
    message = state.messages.send_now(int(fields["number"]))
    return {"answers": message.answers, "taken": message.taken}


def dialect(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Speak countryCode as a number or as a string: the real pages show both."""
    state.country_as_number = bool(fields["country_as_number"])
    return {}


def advance(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Move the sandbox's clock on by seconds."""
    state.advance(float(fields["seconds"]))
    return {"now": state.now()}


def counters(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """How often each route was called and how it answered."""
    counts: dict[str, Any] = {name: {} for name in sorted(NAMES)}
    for (route, what), times in sorted(state.counted.items()):
        counts[route][what] = times
    return counts


def reset(state: SandboxState, fields: dict[str, Any]) -> dict[str, Any]:
    """Forget everybody and everything, as a restart does."""
    state.reset()
    return {}


# They wait for the district's answer, and the district may be asking the sandbox meanwhile.
UNLOCKED = pay_control.UNLOCKED | {"message-settings", "push-message"}

CONTROLS: dict[str, Callable[[SandboxState, dict[str, Any]], dict[str, Any]]] = {
    "person": person,
    "login-code": login_code,
    "phone-code": phone_code,
    "fault": fault,
    "clear-faults": clear_faults,
    "expire": expire,
    "kill-token": kill_token,
    "quota": quota,
    "dialect": dialect,
    "content": set_content,
    "message-settings": message_settings,
    "messages": messages,
    "push-message": push_message,
    "advance": advance,
    "counters": counters,
    "reset": reset,
    **pay_control.CONTROLS,
}
