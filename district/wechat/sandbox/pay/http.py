"""One call to WeChat Pay over HTTP: faults on order, the signature check, the signed answer."""

import json
import secrets
import time
from dataclasses import replace
from typing import NamedTuple

from district.wechat.sandbox.faults import Fault
from district.wechat.sandbox.pay import complaint_media, routes
from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.refusals import PayRefusal
from district.wechat.sandbox.pay.signing import SIGNATURE_FAULTS, key_for, platform_headers
from district.wechat.sandbox.state import SandboxState

_GZIP = b"\x1f\x8b"


class PayResponse(NamedTuple):
    """What goes over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


def respond(state: SandboxState, call: PayCall) -> PayResponse | None:
    """The answer; None if the connection is to be cut, with the work done."""
    found = routes.route_of(call)
    name = found[0].name if found else "elsewhere"
    with state.lock:
        state.count(name, "calls")
        fault = state.faults.take(name)
        if fault:
            state.count(name, f"fault {fault.kind}")
    if fault and (trouble := _trouble_before_work(fault)):
        return trouble
    with state.lock:
        try:
            response = _worked(state, call, fault)
        except PayRefusal as refusal:
            response = _refused(refusal)
        except KeyError:
            response = _refused(PayRefusal(404, "NOT_FOUND", "没有这个地址"))
        state.count(name, f"status {response.status}")
    return None if fault and fault.kind == "cut" else response


def _worked(state: SandboxState, call: PayCall, fault: Fault | None) -> PayResponse:
    upload = complaint_media.upload_form(call)
    # Of a file only the words about it are signed.
    state.pay.signatures.check(replace(call, body=upload.meta) if upload else call)
    key_id, _ = key_for(state.pay.account, call.headers.get("wechatpay-serial"))
    status, body, is_file = routes.answer(state.pay, call, state.base)
    headers = {"Request-ID": _request_id(0)}
    if is_file:
        # A file is vouched for by its hash.
        kind_of_file = "application/x-gzip" if body[:2] == _GZIP else "image/png"
        return PayResponse(status, headers | {"Content-Type": kind_of_file}, body)
    kind = fault.kind if fault and fault.kind in SIGNATURE_FAULTS else None
    headers |= platform_headers(state.pay.account, body, key_id=key_id, fault=kind)
    if body:
        headers["Content-Type"] = "application/json; charset=utf-8"
    return PayResponse(status, headers, body)


def _refused(refusal: PayRefusal) -> PayResponse:
    """Without a signature, as WeChat Pay does it sometimes: a client must bear that."""
    body = json.dumps(refusal.body, ensure_ascii=False).encode()
    headers = {
        "Request-ID": _request_id(refusal.inner),
        "Content-Type": "application/json; charset=utf-8",
    }
    return PayResponse(refusal.status, headers, body)


def _trouble_before_work(fault: Fault) -> PayResponse | None:
    match fault.kind:
        case "latency":
            time.sleep(fault.seconds)
        case "http":
            return PayResponse(
                fault.number, {"Content-Type": "text/html"}, b"<html><h1>Bad Gateway</h1></html>"
            )
        case "garbage":
            return PayResponse(200, {"Content-Type": "text/html"}, b"<html>free WiFi</html>")
        case "refuse":
            return _refused(PayRefusal(fault.number, fault.code, "沙箱按要求拒绝"))
    return None


def _request_id(inner: int) -> str:
    return f"{secrets.token_hex(12).upper()}-{inner}"
