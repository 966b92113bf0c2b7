"""The door to SQL functions: one server call, and its SQLSTATE becomes the refusal of that name."""

import json
from typing import Any

from django.db import DatabaseError, connection

from district.kernel.errors import DomainError, KeyReused

# Class SD is ours: SDnnn carries a refusal whose message is the code and whose detail holds the facts.
_refusals: dict[str, type[DomainError]] = {KeyReused.code: KeyReused}


def refusal_of_sql(refusal: type[DomainError]) -> type[DomainError]:
    """Class decorator: SQL functions may raise this refusal by its code."""
    _refusals[refusal.code] = refusal
    return refusal


def call(function: str, *arguments: Any) -> Any:
    """What the SQL function returns; its `SDnnn` exceptions become domain refusals."""
    marks = ", ".join(["%s"] * len(arguments))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"select {function}({marks})", arguments)
            row = cursor.fetchone()
    except DatabaseError as error:
        raise _refusal_in(error) or error from None
    return row[0]


def _refusal_in(error: DatabaseError) -> DomainError | None:
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is None or not (diagnosis.sqlstate or "").startswith("SD"):
        return None
    facts = json.loads(diagnosis.message_detail) if diagnosis.message_detail else {}
    return _refusals[diagnosis.message_primary](**facts)
