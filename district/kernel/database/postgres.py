"""The door to SQL functions: one server call, and its SQLSTATE becomes the refusal of that name."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from psycopg.types.numeric import Int8

from district.kernel.errors import DomainError, KeyReused

RefusalType = TypeVar("RefusalType", bound=type[DomainError])
Row = TypeVar("Row", bound=Model)

# Class SD is ours: SDnnn carries a refusal whose message is the code and whose detail holds the facts.
_refusals: dict[str, type[DomainError]] = {KeyReused.code: KeyReused}
_refusals_of_constraints: dict[str, type[DomainError]] = {}


def refusal_of_sql(refusal: RefusalType) -> RefusalType:
    """Class decorator: SQL functions may raise this refusal by its code."""
    _refusals[refusal.code] = refusal
    return refusal


def refusal_of_constraint(name: str) -> Callable[[RefusalType], RefusalType]:
    """Class decorator: breaking the constraint of that name inside `call` is this refusal."""

    def register(refusal: RefusalType) -> RefusalType:
        _refusals_of_constraints[name] = refusal
        return refusal

    return register


def call(function: str, *arguments: Any) -> Any:
    """What the SQL function returns; its `SDnnn` exceptions become domain refusals."""
    (result,) = _only_row(f"select {function}", arguments).values()
    return result


def call_record(function: str, *arguments: Any) -> dict[str, Any]:
    """The same for a function with several results (`out` parameters): each by its name."""
    return _only_row(f"select * from {function}", arguments)


def call_unguarded(function: str, *arguments: Any) -> Any:
    """The same as `call` for a function that refuses nothing: without a savepoint, which is two round trips. Any
    error is a mistake or a broken server, and ends the caller's transaction.
    """
    (result,) = _row_of_call(f"select {function}", arguments).values()
    return result


def _only_row(select: str, arguments: Sequence[Any]) -> dict[str, Any]:
    with translate_database_errors():
        return _row_of_call(select, arguments)


def _row_of_call(select: str, arguments: Sequence[Any]) -> dict[str, Any]:
    marks = ", ".join(["%s"] * len(arguments))
    # One width for all numbers, or each mixture of them would be prepared apart.
    sized = [Int8(value) if type(value) is int else value for value in arguments]
    (row,) = named_rows(f"{select}({marks})", *sized)
    return row


@contextmanager
def translate_database_errors() -> Iterator[None]:
    """What the database refuses inside becomes the domain refusal it stands for.

    Inside a transaction the block has a savepoint, so that a refusal leaves the rest of it alive.
    """
    savepoint = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with savepoint:
            yield
    except DatabaseError as error:
        refusal = _refusal_in(error)
        if refusal is None:
            raise
        raise refusal from None


def first_row(sql: str, *arguments: Any) -> Any:
    """The first row of a query, or None: for the few that every request of a till asks."""
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return cursor.fetchone()


def named_rows(sql: str, *arguments: Any) -> list[dict[str, Any]]:
    """The rows of a query, each column by its name."""
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def stored_row(model: type[Row], **columns: Any) -> Row:
    """An instance of a row of which these columns were read; the others load when they are asked for."""
    in_order = [field.attname for field in model._meta.concrete_fields if field.attname in columns]
    return model.from_db(connection.alias, in_order, [columns[name] for name in in_order])


def _refusal_in(error: DatabaseError) -> DomainError | None:
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is None:
        return None
    if refusal := _refusals_of_constraints.get(diagnosis.constraint_name or ""):
        return refusal()
    if not (diagnosis.sqlstate or "").startswith("SD"):
        return None
    refusal = _refusals.get(diagnosis.message_primary or "")
    facts = json.loads(diagnosis.message_detail) if diagnosis.message_detail else {}
    return refusal(**facts) if refusal else None
