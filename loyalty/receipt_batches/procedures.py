"""The only Python that reads and writes staged rows and calls the SQL function that posts a chunk of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from district.kernel.database.postgres import translate_database_errors
from district.kernel.outbox.events import wake_worker_on_commit
from loyalty.values import Grant


def stage_rows(batch: int, rows: Iterable[tuple[int, bytes]]) -> None:
    """Keep lines as they came."""
    columns = "batches_stagedrow (batch_id, line, content)"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy {columns} from stdin (format binary)") as copy,
    ):
        copy.set_types(["int8", "int8", "bytea"])
        for line, content in rows:
            copy.write_row((batch, line, content))


def load_staged_rows(
    batch: int, after: int, most: int
) -> tuple[list[tuple[int, bytes]], int | None]:
    """The next lines without an answer, in order, and the number of the last one looked at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select staged.line, staged.content, answer.line is not null from ("
            " select batch_id, line, content from batches_stagedrow"
            " where batch_id = %s and line > %s order by line limit %s) staged"
            " left join batches_rowresult answer"
            " on answer.batch_id = staged.batch_id and answer.line = staged.line"
            " order by staged.line",
            [batch, after, most],
        )
        found = cursor.fetchall()
    waiting = [(line, bytes(content)) for line, content, answered in found if not answered]
    return waiting, found[-1][0] if found else None


@dataclass(frozen=True, slots=True)
class ReceiptPosting:
    """A receipt ready to be posted; `grant` counts from 0 in the chunk's grants."""

    line: int
    member: int
    store: int
    receipt_no: str
    paid_fen: int
    paid_at: datetime
    fingerprint: bytes
    grant: int
    points: int
    transfer_id: str


_COLUMNS = {
    "line": "bigint",
    "member": "bigint",
    "store": "bigint",
    "receipt_no": "text",
    "paid_fen": "bigint",
    "paid_at": "timestamptz",
    "fingerprint": "bytea",
    "grant": "int",
    "points": "bigint",
    "transfer_id": "text",
}
_TERMS = {
    "terms": "bigint",
    "rate_points": "bigint",
    "rate_per_fen": "bigint",
    "price_milli_fen": "bigint",
    "active_from": "timestamptz",
    "expires_at": "timestamptz",
}
_POST = "select batches_post_receipts(%s, %s, %s, %s, %s, {})".format(
    ", ".join(f"%s::{kind}[]" for kind in (*_COLUMNS.values(), *_TERMS.values()))
)


def post_receipts(
    *,
    batch: int,
    merchant: int,
    actor: str,
    at: datetime,
    receipt_postings: Sequence[ReceiptPosting],
    grants: Sequence[Grant],
) -> set[int]:
    """Post the plain receipts of a chunk with their answers; the lines left for one by one."""
    if not receipt_postings:
        return set()
    budgeted = any(grant.fallback is not None for grant in grants)
    columns: list[Any] = [
        [getattr(posting, name) for posting in receipt_postings] for name in _COLUMNS
    ]
    terms = [[getattr(grant, name) for grant in grants] for name in _TERMS]
    with translate_database_errors(), connection.cursor() as cursor:
        cursor.execute(_POST, [batch, merchant, actor, at, budgeted, *columns, *terms])
        (left,) = cursor.fetchone()
    wake_worker_on_commit()
    return set(left)
