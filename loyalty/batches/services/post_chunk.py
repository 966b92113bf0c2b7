"""Posting a chunk: the plain receipts in one server call, the rest one by one, each with its answer."""

import logging

from django.db import InterfaceError, OperationalError, connection, transaction

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.kernel.postgres import known_row
from district.members.models import Member
from district.merchants.models import Store
from loyalty import services as loyalty
from loyalty.batches import answers, queries, staging
from loyalty.batches.chunk import Chunk, Purchase, Return, chunk_of, is_same
from loyalty.batches.limits import CHUNK, LEASE
from loyalty.batches.models import Batch, RowAnswer
from loyalty.models import ParkedRefund

logger = logging.getLogger("district.batches")


class LeaseLost(Exception):
    """Somebody else works on the batch now."""


def post_chunk(*, batch: Batch, lease: str, most: int = CHUNK) -> bool:
    """Answer the next rows of a batch; false when none was left.

    A row's answer stands in the transaction that posts it, so a worker that dies anywhere leaves
    rows that are done and rows that are not, and the next one does the latter.

    Raises LeaseLost.
    """
    lines, last = staging.staged(batch.pk, batch.done_line, most)
    if last is None:
        return False
    chunk = chunk_of(batch, lines, clock.now())
    _post_together(batch, lease, chunk)
    for one in chunk.single:
        _post_alone(batch, lease, one)
    _advance(batch, lease, last)
    return True


@transaction.atomic
def _post_together(batch: Batch, lease: str, chunk: Chunk) -> None:
    _hold(batch, lease)
    answers.save(chunk.answers)
    left = staging.post(
        batch=batch.pk,
        merchant=batch.merchant_id,
        actor=batch.actor,
        at=clock.now(),
        postings=chunk.plain,
        grants=chunk.grants,
    )
    chunk.single += [chunk.purchases[line] for line in left]
    chunk.single.sort(key=lambda one: one.row.line)


def _post_alone(batch: Batch, lease: str, one: Purchase | Return) -> None:
    try:
        with transaction.atomic():
            _hold(batch, lease)
            if not RowAnswer.objects.filter(batch=batch, line=one.row.line).exists():
                answers.save([_answer(batch, one)])
    except (InterfaceError, OperationalError, LeaseLost):
        raise
    except Exception:
        # A mistake of ours in one row must not stop all rows behind it.
        logger.exception("row failed", extra={"batch": batch.pk, "line": one.row.line})
        with transaction.atomic():
            _hold(batch, lease)
            answers.save([answers.failed(batch.pk, one.row)])


def _answer(batch: Batch, one: Purchase | Return) -> RowAnswer:
    told = _earlier_answer(batch, one)
    if told is not None:
        return told
    try:
        return _earn(batch, one) if isinstance(one, Purchase) else _refund(batch, one)
    except DomainError as refusal:
        # The till may have told us the same at this very moment.
        return _earlier_answer(batch, one) or answers.refused(batch.pk, one.row, refusal)


def _earlier_answer(batch: Batch, one: Purchase | Return) -> RowAnswer | None:
    """The answer to a row that tells what we know already, word for word."""
    if isinstance(one, Purchase):
        mark = (one.store, one.bill.receipt_no)
        known = queries.receipts_numbered([mark]).get(mark, [])
        receipt = next((each for each in known if is_same(each, one)), None)
        if receipt is None:
            return None
        return answers.of_receipt(batch.pk, one.row, receipt, repeated=True)
    refund = queries.refund_told(one.store, one.row.number)
    if refund is None:
        return None
    if isinstance(refund, ParkedRefund):
        told = (refund.receipt_store_id, refund.receipt_no, refund.fen)
    else:
        told = (refund.receipt.store_id, refund.receipt.receipt_no, refund.fen)
    if told != (one.receipt_store, one.row.asked["receipt_no"], one.row.asked["fen"]):
        return None
    return answers.of_refund(batch.pk, one.row, refund, repeated=True)


def _earn(batch: Batch, one: Purchase) -> RowAnswer:
    receipt = loyalty.earn_points(
        store=_store(batch, one.store),
        member=known_row(Member, id=one.member, public_id=one.row.asked["member"]),
        bill=one.bill,
        actor=batch.actor,
        key=_key(batch, one.row.line),
    )
    return answers.of_receipt(batch.pk, one.row, receipt, repeated=False)


def _refund(batch: Batch, one: Return) -> RowAnswer:
    refund = loyalty.refund_purchase(
        store=_store(batch, one.store),
        returned=loyalty.Returned(
            receipt_store=_store(batch, one.receipt_store),
            receipt_no=one.row.asked["receipt_no"],
            refund_no=one.row.asked["refund_no"],
            fen=one.row.asked["fen"],
        ),
        actor=batch.actor,
        key=_key(batch, one.row.line),
    )
    return answers.of_refund(batch.pk, one.row, refund, repeated=False)


def _store(batch: Batch, pk: int) -> Store:
    return known_row(Store, id=pk, merchant_id=batch.merchant_id)


def _key(batch: Batch, line: int) -> Key:
    return Key.of(f"batch:{batch.pk}", f"line-{line}")


def _hold(batch: Batch, lease: str) -> None:
    """The batch's row until this transaction ends. Raises LeaseLost."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select lease, done_line from batches_batch where id = %s and state = 'running'"
            " for no key update",
            [batch.pk],
        )
        if cursor.fetchone() != (lease, batch.done_line):
            raise LeaseLost


_ADVANCE = """
    update batches_batch batch
        set done_line = %s, leased_until = %s, posted = batch.posted + found.posted,
            parked = batch.parked + found.parked, repeated = batch.repeated + found.repeated,
            refused = batch.refused + found.refused, points = batch.points + found.points
        from (
            select count(*) filter (where state = 'posted') as posted,
                count(*) filter (where state = 'parked') as parked,
                count(*) filter (where state = 'repeated') as repeated,
                count(*) filter (where state = 'refused') as refused,
                coalesce(sum(points) filter (where state = 'posted' and kind = 'receipt'), 0) as points
            from batches_rowanswer where batch_id = %s and line > %s and line <= %s) found
        where batch.id = %s and state = 'running' and lease = %s and done_line = %s
"""


def _advance(batch: Batch, lease: str, last: int) -> None:
    until = clock.real_now() + LEASE
    before = batch.done_line
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [last, until, batch.pk, before, last, batch.pk, lease, before])
        if cursor.rowcount != 1:
            raise LeaseLost
