"""Receiving: content comes in pieces of any size, and what has come is kept with the place it goes on from."""

from collections.abc import Iterable

from loyalty.receipt_batches.errors import BatchOffsetWrong
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.upload_buffer import UploadBuffer, require_open


def receive_content(*, batch: Batch, offset: int, pieces: Iterable[bytes]) -> Batch:
    """Take the bytes of a batch from `offset` on; the batch as it is afterwards.

    Kept as it comes, a few thousand lines at a time: whatever ends this before its time, an exception
    of `pieces` included, `received_bytes` says where to go on. Of two that send the same bytes at
    once, one goes on and the other is refused.

    Raises BatchHeaderWrong, BatchNotOpen, BatchOffsetWrong, BatchTooLarge.
    """
    require_open(batch)
    if offset != batch.received_bytes:
        raise BatchOffsetWrong(received_bytes=batch.received_bytes)
    upload_buffer = UploadBuffer(batch)
    try:
        for piece in pieces:
            upload_buffer.add_piece(piece)
    finally:
        upload_buffer.flush()
    return Batch.objects.get(pk=batch.pk)
