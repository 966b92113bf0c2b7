"""Submitting: the file has come whole, and its rows may be worked on."""

from django.db import transaction

from district.kernel import clock
from loyalty.receipt_batches.errors import BatchEmpty, BatchIncomplete, BatchNotOpen
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.upload_buffer import UploadBuffer


@transaction.atomic
def submit_batch(*, batch: Batch, size: int) -> Batch:
    """Close a batch whose file is `size` bytes long; workers take it up, one at a time per merchant.

    A batch that was submitted already is given back as it is.

    Raises BatchEmpty, BatchHeaderWrong, BatchIncomplete, BatchNotOpen.
    """
    row = Batch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if row.state == Batch.State.ABANDONED:
        raise BatchNotOpen
    if row.received_bytes != size:
        raise BatchIncomplete(received_bytes=row.received_bytes, bytes=size)
    if row.state != Batch.State.RECEIVING:
        return row
    upload_buffer = UploadBuffer(row)
    upload_buffer.finish()
    upload_buffer.flush()
    row.refresh_from_db()
    if row.rows == 0:
        raise BatchEmpty
    row.state, row.submitted_at = Batch.State.SUBMITTED, clock.now()
    row.next_attempt_at = clock.real_now()
    row.save(update_fields=["state", "submitted_at", "next_attempt_at"])
    return row
