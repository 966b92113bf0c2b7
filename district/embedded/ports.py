"""Free ports on this machine."""

import http.client
import socket
from contextlib import closing

from district.embedded.errors import EmbeddedError

HOST = "127.0.0.1"
TRIED = 50


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def next_free(first: int) -> int:
    """The first free port from there on.

    Raises EmbeddedError.
    """
    for port in range(first, first + TRIED):
        if is_free(port):
            return port
    raise EmbeddedError(
        f"no free port between {first} and {first + TRIED - 1}; name one with --port."
    )


def any_free() -> int:
    """A port that was free a moment ago."""
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def answers(port: int, path: str) -> bool:
    """Whether an HTTP server there says 200."""
    try:
        with closing(http.client.HTTPConnection(HOST, port, timeout=1)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


def accepts(port: int) -> bool:
    """Whether something listens there."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
