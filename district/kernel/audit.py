"""One line per act of a person or a till, append-only."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from district.kernel.logs import request_id
from district.kernel.models import AuditLine

_command: ContextVar[dict[str, str] | None] = ContextVar("district_shell", default=None)


@contextmanager
def recorded_as_command(command: str) -> Iterator[None]:
    """Lines recorded in the block say that a command acted in the person's name.

    A command cannot ask for a password, so a line names the command and the account of the
    operating system that ran it: whoever reads the journal sees who could have done it.
    """
    token = _command.set({"shell_command": command, "shell_account": _account()})
    try:
        yield
    finally:
        _command.reset(token)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's account may have no name
        return "?"


def record(
    *, verb: str, subject: str, by: AbstractBaseUser | None = None, actor: str = "", **facts: Any
) -> AuditLine:
    """Write who did what to what, in the caller's transaction.

    `subject` names a row as `app.model:pk`. Facts are ids and plain values, never personal data.
    """
    return AuditLine.objects.create(
        actor=actor or (f"user:{by.pk}" if by is not None else "system"),
        verb=verb,
        subject=subject,
        facts=facts | (_command.get() or {}),
        request_id=request_id(),
    )
