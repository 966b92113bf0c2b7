"""Posting a chunk: the plain receipts in one server call, the rest one by one, each with its answer."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection, transaction

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.kernel.jobs import LeaseLost, lock_job
from district.members.models import Member
from district.merchants.models import Store
from loyalty import services as loyalty
from loyalty.models import ParkedRefund
from loyalty.receipt_batches import procedures, queries, results
from loyalty.receipt_batches.batch_limits import CHUNK
from loyalty.receipt_batches.chunk import Chunk, EarningRow, RefundRow, chunk_of, is_same
from loyalty.receipt_batches.models import Batch, RowResult

logger = logging.getLogger("district.batches")


def post_chunk(*, batch: Batch, most: int = CHUNK) -> bool:
    """Answer the next rows of a batch that a worker has taken up; false when none was left.

    A row's answer stands in the transaction that posts it, so a worker that dies anywhere leaves
    rows that are done and rows that are not, and the next one does the latter.

    Raises LeaseLost.
    """
    lines, last = procedures.load_staged_rows(batch.pk, batch.done_line, most)
    if last is None:
        return False
    chunk = chunk_of(batch, lines, clock.now())
    _post_together(batch, chunk)
    parties = _parties_of(batch, chunk.single) if chunk.single else _Parties()
    for chunk_row in chunk.single:
        _post_alone(batch, chunk_row, parties)
    _advance(batch, last)
    return True


@dataclass(frozen=True, slots=True)
class _Parties:
    """The stores and members that rows name, by their numbers."""

    stores: dict[int, Store] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)


def _parties_of(batch: Batch, rows: Sequence[EarningRow | RefundRow]) -> _Parties:
    members = {row.member for row in rows if isinstance(row, EarningRow)}
    return _Parties(Store.objects.in_bulk(batch.stores), Member.objects.in_bulk(members))


@transaction.atomic
def _post_together(batch: Batch, chunk: Chunk) -> None:
    _lock_batch(batch)
    results.save(chunk.results)
    left = procedures.post_receipts(
        batch=batch.pk,
        merchant=batch.merchant_id,
        actor=batch.actor,
        at=clock.now(),
        receipt_postings=chunk.set_based,
        grants=chunk.grants,
    )
    chunk.single += [chunk.earning_rows[line] for line in left]
    chunk.single.sort(key=lambda chunk_row: chunk_row.row.line)


def _post_alone(batch: Batch, chunk_row: EarningRow | RefundRow, parties: _Parties) -> None:
    try:
        with transaction.atomic():
            _lock_batch(batch)
            if not RowResult.objects.filter(batch=batch, line=chunk_row.row.line).exists():
                results.save([_row_result(batch, chunk_row, parties)])
    except (InterfaceError, OperationalError, LeaseLost):
        raise
    except Exception:
        # A mistake of ours in one row must not stop all rows behind it.
        logger.exception("row failed", extra={"batch": batch.pk, "line": chunk_row.row.line})
        with transaction.atomic():
            _lock_batch(batch)
            results.save([results.failed_result(batch.pk, chunk_row.row)])


def _row_result(batch: Batch, chunk_row: EarningRow | RefundRow, parties: _Parties) -> RowResult:
    earlier = _earlier_result(batch, chunk_row)
    if earlier is not None:
        return earlier
    try:
        return (
            _earn(batch, chunk_row, parties)
            if isinstance(chunk_row, EarningRow)
            else _refund(batch, chunk_row, parties)
        )
    except DomainError as refusal:
        # The till may have reported the same at this very moment.
        return _earlier_result(batch, chunk_row) or results.refused_result(
            batch.pk, chunk_row.row, refusal
        )


def _earlier_result(batch: Batch, chunk_row: EarningRow | RefundRow) -> RowResult | None:
    """The result of a row that repeats what is posted already, value for value."""
    if isinstance(chunk_row, EarningRow):
        mark = (chunk_row.store, chunk_row.purchase.receipt_no)
        known = queries.receipts_by_number([mark]).get(mark, [])
        receipt = next((candidate for candidate in known if is_same(candidate, chunk_row)), None)
        if receipt is None:
            return None
        return results.receipt_result(
            batch.pk, chunk_row.row, receipt.pk, points=receipt.granted, repeated=True
        )
    refund = queries.refund_by_number(chunk_row.store, chunk_row.row.number)
    if refund is None:
        return None
    if isinstance(refund, ParkedRefund):
        stored = (refund.receipt_store_id, refund.receipt_no, refund.fen)
    else:
        stored = (refund.receipt.store_id, refund.receipt.receipt_no, refund.fen)
    if stored != (
        chunk_row.receipt_store,
        chunk_row.row.values["receipt_no"],
        chunk_row.row.values["fen"],
    ):
        return None
    return results.refund_result(batch.pk, chunk_row.row, refund, repeated=True)


def _earn(batch: Batch, earning_row: EarningRow, parties: _Parties) -> RowResult:
    receipt = loyalty.earn_points(
        store=parties.stores[earning_row.store],
        member=parties.members[earning_row.member],
        purchase=earning_row.purchase,
        actor=batch.actor,
        key=_key(batch, earning_row.row.line),
    )
    return results.receipt_result(
        batch.pk, earning_row.row, receipt.pk, points=receipt.points, repeated=False
    )


def _refund(batch: Batch, refund_row: RefundRow, parties: _Parties) -> RowResult:
    refund = loyalty.refund_purchase(
        store=parties.stores[refund_row.store],
        purchase_refund=loyalty.PurchaseRefund(
            receipt_store=parties.stores[refund_row.receipt_store],
            receipt_no=refund_row.row.values["receipt_no"],
            refund_no=refund_row.row.values["refund_no"],
            fen=refund_row.row.values["fen"],
        ),
        actor=batch.actor,
        key=_key(batch, refund_row.row.line),
    )
    return results.refund_result(batch.pk, refund_row.row, refund, repeated=False)


def _key(batch: Batch, line: int) -> Key:
    return Key.of(f"batch:{batch.pk}", f"line-{line}")


def _lock_batch(batch: Batch) -> None:
    """The batch's row until this transaction ends. Raises LeaseLost."""
    if lock_job(batch).done_line != batch.done_line:
        raise LeaseLost


_ADVANCE = """
    update batches_batch batch
        set done_line = %s, posted = batch.posted + found.posted, parked = batch.parked + found.parked,
            repeated = batch.repeated + found.repeated,
            refused = batch.refused + found.refused, points = batch.points + found.points
        from (
            select count(*) filter (where state = 'posted') as posted,
                count(*) filter (where state = 'parked') as parked,
                count(*) filter (where state = 'repeated') as repeated,
                count(*) filter (where state = 'refused') as refused,
                coalesce(sum(points) filter (where state = 'posted' and kind = 'receipt'), 0) as points
            from batches_rowresult where batch_id = %s and line > %s and line <= %s) found
        where batch.id = %s and state = 'running' and lease = %s and done_line = %s
"""


def _advance(batch: Batch, last: int) -> None:
    before = batch.done_line
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [last, batch.pk, before, last, batch.pk, batch.lease, before])
        if cursor.rowcount != 1:
            raise LeaseLost
