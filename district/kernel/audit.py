"""One line per act of a person or a till, append-only."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from district.kernel.logs import request_id
from district.kernel.models import AuditLine


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
        facts=facts,
        request_id=request_id(),
    )
