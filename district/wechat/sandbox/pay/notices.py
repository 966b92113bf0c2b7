"""Notices: encrypted, signed, sent to the merchant's address, and again until they are taken."""

import base64
import json
import secrets
from typing import Any

import requests
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from district.wechat.sandbox.pay.pay_state import REPEAT_SECONDS, PayState
from district.wechat.sandbox.pay.signing import SIGNATURE_FAULTS, platform_headers
from district.wechat.sandbox.pay.store import Document

NOTICE_FAULTS = (*SIGNATURE_FAULTS, "wrong_key", "wrong_amount")
_TAKEN_STATUSES = {200, 204}


def send_notice(
    state: PayState,
    *,
    event_type: str,
    original_type: str,
    summary: str,
    url: str,
    content: dict[str, Any],
) -> str:
    """Have a notice sent at once, and again on WeChat's schedule; its id. Without an address there is none."""
    notice_id = _new_id(state)
    if not url:
        return ""
    notice = {
        "id": notice_id,
        "envelope_id": notice_id,
        "event_type": event_type,
        "original_type": original_type,
        "summary": summary,
        "url": url,
        "content": content,
        "create_time": state.time(),
        "attempts": [],
        "is_taken": False,
    }
    due = None if state.settings["hold_notices"] else state.now()
    state.store.put("notice", notice_id, notice, due=due)
    state.due_changed.notify_all()
    return notice_id


def begin_attempt(state: PayState, notice: Document) -> list[tuple[dict[str, str], bytes]]:
    """The requests of one attempt, under the lock: usually one; a probe goes before the right one.

    Nobody else sends it until `end_attempt`.
    """
    # Should the process die now, the attempt is made once more.
    state.store.put("notice", notice["id"], notice, due=state.now() + REPEAT_SECONDS[0])
    fault = state.faults().take("notice")
    kind = fault.kind if fault else None
    if notice["attempts"] and state.settings["new_envelopes"]:
        notice["envelope_id"] = _new_id(state)
    requests_to_send = [_request(state, notice, kind)]
    if kind == "probe":
        requests_to_send.append(_request(state, notice, None))
    return requests_to_send


def post(
    url: str, headers: dict[str, str], body: bytes, *, answer_seconds: float
) -> tuple[str, bool]:
    """What came back, in a word, and whether the merchant has taken the notice."""
    try:
        answer = requests.post(
            url, data=body, headers=headers, timeout=answer_seconds, allow_redirects=False
        )
    except requests.RequestException as failed:
        return type(failed).__name__, False
    if answer.status_code not in _TAKEN_STATUSES:
        return str(answer.status_code), False
    try:
        is_taken = not answer.content or answer.json().get("code") == "SUCCESS"
    except (ValueError, AttributeError):
        is_taken = False
    return str(answer.status_code), is_taken


def end_attempt(state: PayState, notice: Document, outcomes: list[tuple[str, bool]]) -> None:
    """Write down how it went, and when it is sent again, if at all."""
    if state.store.get("notice", notice["id"]) is None:
        return  # forgotten by a reset meanwhile
    notice["attempts"].append({"time": state.time(), "answers": [answer for answer, _ in outcomes]})
    # Delivered by hand, a taken one may be sent once more: it stays taken.
    notice["is_taken"] = notice["is_taken"] or any(is_taken for _, is_taken in outcomes)
    due = None
    if not notice["is_taken"] and not state.settings["hold_notices"]:
        number = len(notice["attempts"]) - 1
        if number < len(REPEAT_SECONDS):
            due = state.now() + REPEAT_SECONDS[number]
    state.store.put("notice", notice["id"], notice, due=due)
    state.due_changed.notify_all()


def release_notices(state: PayState) -> None:
    """What was held back goes out now."""
    for notice in state.store.all("notice"):
        if not notice["is_taken"] and len(notice["attempts"]) <= len(REPEAT_SECONDS):
            state.store.put("notice", notice["id"], notice, due=state.now())
    state.due_changed.notify_all()


def seal(plain: bytes, api_v3_key: str, associated_data: str) -> dict[str, str]:
    """An encrypted resource."""
    nonce = secrets.token_hex(6)
    cipher = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(cipher).decode(),
        "nonce": nonce,
        "associated_data": associated_data,
    }


def _request(state: PayState, notice: Document, kind: str | None) -> tuple[dict[str, str], bytes]:
    content = notice["content"]
    if kind == "wrong_amount":
        content = _with_wrong_amount(content)
    api_v3_key = secrets.token_hex(16) if kind == "wrong_key" else state.account.api_v3_key
    sealed = seal(
        json.dumps(content, ensure_ascii=False).encode(), api_v3_key, notice["original_type"]
    )
    body = json.dumps(
        {
            "id": notice["envelope_id"],
            "create_time": notice["create_time"],
            "event_type": notice["event_type"],
            "resource_type": "encrypt-resource",
            "summary": notice["summary"],
            "resource": sealed | {"original_type": notice["original_type"]},
        },
        ensure_ascii=False,
    ).encode()
    key_id = state.account.public_key_id
    if state.settings["sign_notices_with"] == "certificate":
        key_id = state.account.certificates[-1].serial
    fault = kind if kind in SIGNATURE_FAULTS else None
    headers = platform_headers(state.account, body, key_id=key_id, fault=fault)
    headers |= {"Content-Type": "application/json", "User-Agent": "Mozilla/4.0"}
    return headers | {"Request-ID": secrets.token_hex(16)}, body


def _with_wrong_amount(content: dict[str, Any]) -> dict[str, Any]:
    """One fen more than was paid: rightly signed, and still not to be believed."""
    if isinstance(content.get("amount"), dict):
        return content | {"amount": content["amount"] | {"total": content["amount"]["total"] + 1}}
    name = "amount" if "amount" in content else "refund_amount"
    return content | ({name: content[name] + 1} if name in content else {})


def _new_id(state: PayState) -> str:
    return f"EV-{state.number('20')}"
