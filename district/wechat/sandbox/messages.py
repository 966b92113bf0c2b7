"""Pushing messages to the mini-program's server: signed and encrypted as WeChat's safe mode does, thrice at most."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import requests
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_ATTEMPTS, _ANSWER_SECONDS, _REPEAT_SECONDS = 3, 5.0, 5.0
_ACCOUNT = "gh_0123456789ab"
_BLOCK = 32
_LONGEST_WAIT_SECONDS = 0.5


@dataclass
class PushedMessage:
    """A message on its way, and what the server answered to each attempt (an HTTP status, or 0)."""

    number: int
    document: dict[str, Any]
    due: float
    fetch: str = ""
    instead: dict[str, Any] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    taken: bool = False

    @property
    def is_waiting(self) -> bool:
        return not self.taken and len(self.answers) < _ATTEMPTS


@dataclass
class PushSettings:
    """Where messages go and how they are sealed; without an address none is sent."""

    url: str = ""
    token: str = ""
    encoding_aes_key: str = ""
    hold: bool = False


class MessagePusher:
    """All messages of one mini-program, and the thread that sends what is due.

    `condition` holds the sandbox's lock; nothing is locked while the server answers.
    """

    def __init__(
        self, *, appid: str, now: Callable[[], float], condition: threading.Condition
    ) -> None:
        self._appid, self._now, self._condition = appid, now, condition
        self.settings = PushSettings()
        self.messages: list[PushedMessage] = []
        self._thread: threading.Thread | None = None

    def reset(self) -> None:
        """Forget the messages, and whether they are held; the address stays."""
        self.messages.clear()
        self.settings.hold = False

    def push(
        self,
        openid: str,
        fields: dict[str, Any],
        *,
        after: float,
        fetch: str = "",
        instead: dict[str, Any] | None = None,
    ) -> PushedMessage:
        """Send an event of a person so many seconds from now; `instead` where nobody can `fetch` the address."""
        common = {
            "ToUserName": _ACCOUNT,
            "FromUserName": openid,
            "CreateTime": int(self._now()),
            "MsgType": "event",
        }
        message = PushedMessage(
            number=len(self.messages) + 1,
            document=common | fields,
            due=self._now() + after,
            fetch=fetch,
            instead=common | instead if instead else {},
        )
        with self._condition:
            self.messages.append(message)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="messages", daemon=True)
                self._thread.start()
            self._condition.notify_all()
        return message

    def send_now(self, number: int) -> PushedMessage:
        """Send a message at once, taken or not, held or not. Raises IndexError."""
        with self._condition:
            message = self.messages[number - 1]
        self._send(message)
        return message

    def _run(self) -> None:
        while True:
            with self._condition:
                message = self._first_due()
                if message is None:
                    # The clock may run fast, so nobody sleeps for long.
                    waiting = any(message.is_waiting for message in self.messages)
                    self._condition.wait(_LONGEST_WAIT_SECONDS if waiting else None)
                    continue
            self._send(message)

    def _first_due(self) -> PushedMessage | None:
        if self.settings.hold or not self.settings.url:
            return None
        due = (row for row in self.messages if row.is_waiting and row.due <= self._now())
        return min(due, key=lambda row: row.due, default=None)

    def _send(self, message: PushedMessage) -> None:
        document = message.document
        if message.fetch and not _can_fetch(message.fetch):
            document = message.instead
        address, body = sealed(self.settings, self._appid, document)
        status, taken = _post(address, body)
        with self._condition:
            message.answers.append(status)
            message.taken = message.taken or taken
            message.due = self._now() + _REPEAT_SECONDS


def sealed(settings: PushSettings, appid: str, document: dict[str, Any]) -> tuple[str, bytes]:
    """Address and body of a push in safe mode; each call encrypts anew."""
    text = json.dumps(document, ensure_ascii=False).encode()
    plain = secrets.token_bytes(16) + len(text).to_bytes(4, "big") + text + appid.encode()
    padding = _BLOCK - len(plain) % _BLOCK
    plain += bytes([padding]) * padding
    key = base64.b64decode(f"{settings.encoding_aes_key}=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    encrypted = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
    # Real time, as with the other signatures: only the sandbox's own clock is ever moved.
    timestamp, nonce = str(int(time.time())), str(secrets.randbelow(10**10))
    parameters = {
        "signature": _sha1(settings.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": document["FromUserName"],
        "encrypt_type": "aes",
        "msg_signature": _sha1(settings.token, timestamp, nonce, encrypted),
    }
    body = {"ToUserName": document["ToUserName"], "Encrypt": encrypted}
    return f"{settings.url}?{urlencode(parameters)}", json.dumps(body).encode()


def check_address(settings: PushSettings) -> bool:
    """What WeChat does when somebody saves the address: whether it gives the text back."""
    timestamp, nonce, text = str(int(time.time())), secrets.token_hex(4), secrets.token_hex(8)
    parameters = {
        "signature": _sha1(settings.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "echostr": text,
    }
    answer = requests.get(settings.url, params=parameters, timeout=_ANSWER_SECONDS)
    return answer.ok and answer.text == text


def _sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - WeChat's choice


def _can_fetch(url: str) -> bool:
    try:
        return requests.get(url, timeout=_ANSWER_SECONDS).ok
    except requests.RequestException:
        return False


def _post(address: str, body: bytes) -> tuple[int, bool]:
    """The status (0 without one), and whether the server took the message."""
    try:
        answer = requests.post(
            address,
            data=body,
            timeout=_ANSWER_SECONDS,
            headers={"Content-Type": "application/json"},
        )
    except requests.RequestException:
        return 0, False
    return answer.status_code, answer.ok and answer.text in {"", "success"}
