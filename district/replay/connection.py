"""One keep-alive connection to the HTTP APIs, and one that asks until it is answered."""

import contextlib
import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit
from weakref import finalize

from django.utils.translation import gettext as _

from district.kernel.clock import REPLAY_HEADER
from district.replay.errors import Interrupted, ServerLost

# What a gateway, a restarting database or a throttle says; anything else is the district's answer.
TRANSIENT_STATUSES = frozenset({429, 502, 503, 504})
GIVE_UP_SECONDS = 300.0
TIMEOUT_SECONDS = 30.0
LONGEST_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """What the server answered; `body` is its JSON object, empty where it is none."""

    status: int
    body: dict[str, Any]
    content: bytes = b""
    headers: Message | Mapping[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.body.get("code", ""))


class ApiConnection:
    """A connection of one thread, kept open, and closed when nobody has it any more."""

    def __init__(self, base_url: str, *, timeout: float = TIMEOUT_SECONDS) -> None:
        parts = urlsplit(base_url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self.base_url = base_url
        self._connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        self._prefix = parts.path.rstrip("/")
        self.close = finalize(self, self._connection.close)

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        at: datetime | None = None,
        key: str | None = None,
        body: dict[str, Any] | None = None,
        content: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiResponse:
        """The answer to one request. A `body` is sent as JSON, `content` as it is.

        Raises OSError or HTTPException without an answer; the next request opens a new connection.
        """
        if body is not None:
            content = json.dumps(body).encode()
        try:
            if self._connection.sock is None:
                self._connection.connect()
            # A server may answer and hang up before it has read a body it refuses; what it said
            # can be read all the same.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self._connection.request(
                    method,
                    self._prefix + path,
                    content,
                    _headers(token, at, key) | dict(headers or {}),
                )
            with self._connection.getresponse() as response:
                answer = response.read()
        except (OSError, HTTPException):
            self._connection.close()
            raise
        return ApiResponse(response.status, _json_object(answer), answer, response.headers)


class PatientConnection(ApiConnection):
    """A lost connection is opened again and the same request repeated.

    A request without an answer may have been obeyed: repeating it with its own key is the only
    way to find out that changes nothing.
    """

    def __init__(
        self,
        base_url: str,
        stop: threading.Event | None = None,
        patience: float = GIVE_UP_SECONDS,
    ) -> None:
        super().__init__(base_url)
        self._stop = stop or threading.Event()
        self._patience = patience

    def ask(self, method: str, path: str, **request: Any) -> ApiResponse:
        """The server's answer, waited for through restarts of the server and of its database.

        Raises ServerLost after five minutes without one, Interrupted when it is stopped.
        """
        give_up, tries = time.monotonic() + self._patience, 0
        while not self._stop.is_set():
            response = None
            with contextlib.suppress(OSError, HTTPException):
                response = super().ask(method, path, **request)
            if response is not None and response.status not in TRANSIENT_STATUSES:
                return response
            if time.monotonic() > give_up:
                raise ServerLost(
                    _("服务器 {seconds} 秒内没有应答；再次运行同一命令即可继续。").format(
                        seconds=round(self._patience)
                    )
                )
            self._stop.wait(_pause(response, tries))
            tries += 1
        raise Interrupted


def _headers(token: str | None, at: datetime | None, key: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if at is not None:
        headers[REPLAY_HEADER] = at.isoformat()
    if key is not None:
        headers["Idempotency-Key"] = key
    return headers


def _pause(response: ApiResponse | None, tries: int) -> float:
    """As long as the server asked for; without its word a little longer each time."""
    retry_after = response.headers.get("Retry-After", "") if response else ""
    if retry_after.isdigit():
        return min(float(retry_after), LONGEST_PAUSE)
    return min(0.05 * 2 ** min(tries, 10), LONGEST_PAUSE) if tries else 0.0


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
