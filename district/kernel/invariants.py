"""Runs the invariants of the apps: queries that must return nothing, on any database, at any moment.

They read the tables alone and share no code with the verbs, so that a bug in one does not hide in the
other. Each run sees one snapshot; beside live traffic it sees a state that existed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from district.kernel.plugin import invariants_of

# How many offending rows of a query are worth printing.
MAX_ROWS = 20


@dataclass(frozen=True)
class Offence:
    """One row an audit query should not have returned."""

    query: str
    row: dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """A query that found something: how many rows, and the first MAX_ROWS of them."""

    query: str
    count: int
    rows: list[dict[str, Any]]


def findings(queries: Mapping[str, str] | None = None) -> list[Finding]:
    """Every promise that is broken, of all apps or of these queries; empty when all hold."""
    queries = invariants_of() if queries is None else queries
    found = []
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            # One snapshot for all queries, so that they cannot disagree because of traffic.
            cursor.execute("set transaction isolation level repeatable read, read only")
        for name, sql in queries.items():
            cursor.execute(sql)
            if cursor.rowcount:
                columns = [column.name for column in cursor.description]
                rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(MAX_ROWS)]
                found.append(Finding(name, cursor.rowcount, rows))
    return found


def offences() -> Iterator[Offence]:
    """The same row by row, up to MAX_ROWS of each query."""
    for found in findings():
        for row in found.rows:
            yield Offence(found.query, row)
