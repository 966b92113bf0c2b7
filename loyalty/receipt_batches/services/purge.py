"""Forgetting: uploaded lines and old answers go, what was posted stays."""

from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from district.kernel import clock
from loyalty.receipt_batches.batch_limits import KEEP_ANSWERS, KEEP_LINES, KEEP_UNFINISHED
from loyalty.receipt_batches.models import Batch, RowResult, StagedRow

_AT_ONCE = 5_000


def purge_batches() -> int:
    """Give up uploads nobody finished, forget lines and then answers of old batches; how many batches."""
    now = clock.real_now()
    forgotten = Batch.objects.filter(
        state=Batch.State.RECEIVING, created_at__lt=now - KEEP_UNFINISHED
    )
    touched = forgotten.update(state=Batch.State.ABANDONED, ended_at=now, tail=b"")
    ended = Batch.objects.filter(state__in=[Batch.State.DONE, Batch.State.ABANDONED])
    lines = ended.filter(lines_purged_at=None)
    for batch in _old(lines, now - KEEP_LINES) | _old(
        lines.filter(state=Batch.State.ABANDONED), now
    ):
        _delete(StagedRow._meta.db_table, batch)
        touched += Batch.objects.filter(pk=batch).update(lines_purged_at=now)
    for batch in _old(ended.filter(results_purged_at=None), now - KEEP_ANSWERS):
        Batch.objects.filter(pk=batch).update(results_purged_at=now)
        _delete(RowResult._meta.db_table, batch)
        touched += 1
    return touched


def _old(batches: QuerySet[Batch], before: datetime) -> set[int]:
    return set(batches.filter(ended_at__lte=before).values_list("pk", flat=True))


def _delete(table: str, batch: int) -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"delete from {table} where ctid = any(array("
                f" select ctid from {table} where batch_id = %s limit {_AT_ONCE}))",
                [batch],
            )
            if cursor.rowcount < _AT_ONCE:
                return
