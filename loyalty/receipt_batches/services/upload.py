"""Uploading: a person brings a whole file at once."""

from collections.abc import Collection, Iterable

from django.db import transaction

from district.kernel import audit
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants.models import Merchant
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.services.open import open_batch
from loyalty.receipt_batches.services.receive import receive_content
from loyalty.receipt_batches.services.submit import submit_batch


@transaction.atomic
def upload_batch(
    *,
    merchant: Merchant,
    stores: Collection[int],
    format: str,
    name: str,
    pieces: Iterable[bytes],
    by: User,
    key: Key,
) -> Batch:
    """Open, receive and submit a file in one go: all of it, or nothing and the reason.

    Raises BatchEmpty, BatchHeaderWrong, BatchTooLarge, KeyReused, TooManyBatches.
    """
    batch = open_batch(
        merchant=merchant,
        stores=stores,
        format=format,
        name=name,
        actor=f"user:{by.pk}",
        key=key,
    )
    if batch.state != Batch.State.RECEIVING:
        return batch
    batch = receive_content(batch=batch, offset=0, pieces=pieces)
    batch = submit_batch(batch=batch, size=batch.received_bytes)
    audit.record(by=by, verb="upload_batch", subject=f"batches.batch:{batch.pk}", rows=batch.rows)
    return batch
