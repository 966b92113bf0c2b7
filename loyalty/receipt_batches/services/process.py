"""Processing: workers take up submitted batches, the oldest first, one at a time for each merchant."""

import contextlib
import secrets
import time

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction

from district.kernel import clock
from loyalty.receipt_batches.batch_limits import LEASE, SLICE_SECONDS
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.services.post_chunk import LeaseLost, post_chunk

_PAUSE = 0.5
_CLAIM = """
    update batches_batch set state = 'running', lease = %s, leased_until = %s where id = (
        select id from batches_batch batch
        where state = 'running' and leased_until <= %s
            or state = 'submitted' and not exists (
                select from batches_batch other
                where other.merchant_id = batch.merchant_id and other.state = 'running')
        order by submitted_at, id limit 1 for update skip locked)
    returning id
"""


def process_batches(*, seconds: float = SLICE_SECONDS) -> bool:
    """Work on what waits for so many seconds; whether something may be left to do.

    Safe beside itself: a batch belongs to one worker at a time, and when that one dies to another,
    half a minute later. Rows that were answered are not touched again.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        lease = secrets.token_hex(8)
        batch = _claim(lease)
        if batch is None:
            return False
        _work(batch, lease, until)
    return True


def _claim(lease: str) -> Batch | None:
    now = clock.real_now()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLAIM, [lease, now + LEASE, now])
            row = cursor.fetchone()
    except IntegrityError:
        # Another worker took up another batch of the same merchant at the same moment.
        return None
    return Batch.objects.get(pk=row[0]) if row else None


def _work(batch: Batch, lease: str, until: float) -> None:
    with contextlib.suppress(LeaseLost):
        while time.monotonic() < until:
            try:
                more = post_chunk(batch=Batch.objects.get(pk=batch.pk), lease=lease)
            except (InterfaceError, OperationalError):
                # The database restarts, or two of its transactions stood in each other's way.
                if connection.in_atomic_block or time.monotonic() + _PAUSE >= until:
                    raise
                connection.close()
                time.sleep(_PAUSE)
                continue
            if not more:
                _finish(batch, lease)
                return
        _give_up(batch, lease)


def _give_up(batch: Batch, lease: str) -> None:
    """Leave it to whoever comes next, at once."""
    mine = Batch.objects.filter(pk=batch.pk, lease=lease, state=Batch.State.RUNNING)
    mine.update(leased_until=clock.real_now())


def _finish(batch: Batch, lease: str) -> None:
    mine = Batch.objects.filter(pk=batch.pk, lease=lease, state=Batch.State.RUNNING)
    mine.update(state=Batch.State.DONE, finished_at=clock.now(), lease="", leased_until=None)
