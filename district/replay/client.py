"""One keep-alive connection to the server that asks until it is answered."""

import json
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from district.kernel.clock import REPLAY_HEADER
from district.replay.errors import Interrupted, ServerLost

# What a gateway, a restarting database or a throttle says; anything else is the district's answer.
TRANSIENT_STATUSES = frozenset({429, 502, 503, 504})
GIVE_UP_SECONDS = 300.0
TIMEOUT_SECONDS = 30.0
LONGEST_PAUSE = 2.0


@dataclass(frozen=True, slots=True)
class TillResponse:
    """The status and the JSON object the server answered with."""

    status: int
    body: dict[str, Any]

    @property
    def accepted(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def code(self) -> str:
        """The stable code of a refusal."""
        return str(self.body.get("code", ""))


class ReplayClient:
    """A connection kept open; a lost one is opened again and the same request repeated.

    A request without an answer may have been obeyed: repeating it with its own key is the only
    way to find out that changes nothing.
    """

    def __init__(
        self,
        base_url: str,
        stop: threading.Event | None = None,
        patience: float = GIVE_UP_SECONDS,
    ) -> None:
        parts = urlsplit(base_url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        self._prefix = parts.path.rstrip("/")
        self._stop = stop or threading.Event()
        self._patience = patience

    def close(self) -> None:
        self._connection.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        at: datetime | None = None,
        key: str | None = None,
        body: dict[str, Any] | None = None,
        content: bytes | None = None,
        media: str = "application/json",
    ) -> TillResponse:
        """The server's answer, waited for through restarts of the server and of its database.

        A `body` is sent as JSON, `content` as it is.

        Raises ServerLost after five minutes without one, Interrupted when it is stopped.
        """
        headers = _headers(token, at, key) | {"Content-Type": media}
        content = content if body is None else json.dumps(body).encode()
        give_up, tries = time.monotonic() + self._patience, 0
        while not self._stop.is_set():
            response = self._try(method, path, content, headers)
            if response is not None and response[0].status not in TRANSIENT_STATUSES:
                return _answer(*response)
            if time.monotonic() > give_up:
                raise ServerLost(
                    _("服务器 {seconds} 秒内没有应答；再次运行同一命令即可继续。").format(
                        seconds=round(self._patience)
                    )
                )
            self._stop.wait(_pause(response, tries))
            tries += 1
        raise Interrupted

    def _try(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes] | None:
        try:
            self._connection.request(method, self._prefix + path, content, headers)
            response = self._connection.getresponse()
            return response, response.read()
        except (OSError, HTTPException):
            self._connection.close()
            return None


def _headers(token: str | None, at: datetime | None, key: str | None) -> dict[str, str]:
    headers = {"Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if at is not None:
        headers[REPLAY_HEADER] = at.isoformat()
    if key is not None:
        headers["Idempotency-Key"] = key
    return headers


def _pause(response: tuple[HTTPResponse, bytes] | None, tries: int) -> float:
    """As long as the server asked for; without its word a little longer each time."""
    retry_after = response[0].headers.get("Retry-After", "") if response else ""
    if retry_after.isdigit():
        return min(float(retry_after), LONGEST_PAUSE)
    return min(0.05 * 2 ** min(tries, 10), LONGEST_PAUSE) if tries else 0.0


def _answer(response: HTTPResponse, content: bytes) -> TillResponse:
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    return TillResponse(response.status, body if isinstance(body, dict) else {})
