"""HTTP as bytes: what no client library would send."""

import json
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

HEAD = b"Host: 127.0.0.1\r\nConnection: close\r\n"
JSON = HEAD + b"Content-Type: application/json\r\n"


@dataclass(frozen=True)
class RawResponse:
    """What came back over one connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document, once its form is right."""
        assert self.headers["content-type"] == "application/problem+json"
        body: dict[str, Any] = json.loads(self.body)
        assert body["status"] == self.status
        return body


def send(port: int, *parts: bytes | Iterable[bytes]) -> RawResponse:
    """The answer to these bytes, also when the server closes before it has read them all."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                for piece in [part] if isinstance(part, bytes) else part:
                    connection.sendall(piece)
        return _read(connection)


def _read(connection: socket.socket) -> RawResponse:
    received = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65_536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    if headers.get("transfer-encoding") == "chunked":
        body = b"".join(_pieces(body))
    return RawResponse(int(first.split()[1]), headers, body)


def _pieces(body: bytes) -> Iterable[bytes]:
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        yield rest[:length]
        body = rest[length + 2 :]
