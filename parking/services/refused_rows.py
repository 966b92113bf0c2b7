"""Rows of reports that cannot be taken: kept with their reason for people to look at, the same again only counted."""

import hashlib
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, TypeVar

from django.db import connection

from district.kernel.security.crypto import keyed_digest
from parking.models import OccupancyFeed
from parking.stays.sealing import seal_text
from parking.values import ReportedRow, RowResult

REFUSED_PLACE = "gate:refused"
LONGEST_CONTENT, _LONGEST_DETAIL = 2_000, 300

Outcome = TypeVar("Outcome", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class RefusedTable:
    """Where lines are kept: a row's content as it is stored, and the digest of (reason, content) that finds it again."""

    table: str
    content_column: str
    stored: Callable[[str], str | bytes]
    digest: Callable[[str, str], bytes]


def _plain_digest(reason: str, content: str) -> bytes:
    return hashlib.sha256(f"{reason}\n{content[:LONGEST_CONTENT]}".encode()).digest()


def _keyed_digest(reason: str, content: str) -> bytes:
    return keyed_digest("refused_gate_event", f"{reason}\n{content}".encode())


def _sealed(content: str) -> bytes:
    return seal_text(content[:LONGEST_CONTENT], place=REFUSED_PLACE)


REFUSED_READINGS: Final = RefusedTable(
    "parking_refusedreading", "content", lambda content: content[:LONGEST_CONTENT], _plain_digest
)
# They name plates.
REFUSED_GATE_EVENTS: Final = RefusedTable(
    "parking_refusedgateevent", "content_sealed", _sealed, _keyed_digest
)


def keep_refused(
    kept_in: RefusedTable,
    feed: OccupancyFeed,
    rows: Sequence[ReportedRow[Any]],
    results: Sequence[RowResult[Outcome]],
    *,
    taken: Set[Outcome],
    at: datetime,
) -> None:
    """One line for each thing that was refused; the same again is counted on its line."""
    lines: dict[bytes, tuple[str, str, str, int]] = {}
    for row, result in zip(rows, results, strict=True):
        if result.outcome not in taken:
            digest = kept_in.digest(result.outcome.value, row.content)
            times = lines[digest][-1] if digest in lines else 0
            lines[digest] = (result.outcome.value, result.detail, row.content, times + 1)
    table = kept_in.table
    with connection.cursor() as cursor:
        # In one order for all, so that two reports never wait for each other in a circle.
        for digest, (reason, detail, content, times) in sorted(lines.items()):
            cursor.execute(
                f"insert into {table}"
                f" (feed_id, reason, detail, {kept_in.content_column}, digest, first_at, last_at,"
                " times) values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict (feed_id, digest) do"
                f" update set last_at = greatest({table}.last_at, excluded.last_at),"
                f" times = {table}.times + excluded.times",
                [
                    *(feed.pk, reason, detail[:_LONGEST_DETAIL], kept_in.stored(content)),
                    *(digest, at, at, times),
                ],
            )
