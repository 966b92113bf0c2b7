"""The audit queries of the ledger: each must return nothing, on any database, at any moment.

They read the tables alone and share no code with the ledger, so that a bug in one does not hide
in the other. Each runs in one snapshot; beside live traffic they see a state that existed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from loyalty.invariants.ceilings import CEILINGS
from loyalty.invariants.ledger import LEDGER
from loyalty.invariants.lifecycle import LIFECYCLE

# How many offending rows of a query are worth printing.
SHOWN = 20

# Every query by the promise it watches; apps above the ledger add their own.
QUERIES: dict[str, str] = {**LEDGER, **LIFECYCLE, **CEILINGS}


def register_queries(queries: Mapping[str, str]) -> None:
    """Add the promises of an app above the ledger; called from AppConfig.ready()."""
    QUERIES.update(queries)


@dataclass(frozen=True)
class Offence:
    """One row an audit query should not have returned."""

    query: str
    row: dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """A query that found something: how many rows, and the first SHOWN of them."""

    query: str
    count: int
    rows: list[dict[str, Any]]


def findings(queries: Mapping[str, str] = QUERIES) -> list[Finding]:
    """Every promise that is broken, of all or of these; empty when all hold."""
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
                rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchmany(SHOWN)]
                found.append(Finding(name, cursor.rowcount, rows))
    return found


def offences() -> Iterator[Offence]:
    """The same row by row, up to SHOWN of each query."""
    for found in findings():
        for row in found.rows:
            yield Offence(found.query, row)
