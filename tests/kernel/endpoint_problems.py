"""Checks of the problems that the endpoints of the contract answer with."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )
    body: dict[str, Any] = answer.json()
    assert (body["code"], body["status"]) == (code, status)
    return body


@contextmanager
def about(name: str) -> Iterator[None]:
    """One set of rows serves all operations that refuse; a failure names the one that did not."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"of {name}")
        raise
