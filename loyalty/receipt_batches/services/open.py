"""Opening: a batch exists before its first byte, so that a cut upload can be taken up again."""

from collections.abc import Collection

from django.db import connection, transaction

from district.kernel import clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.merchants.models import Merchant
from loyalty.receipt_batches.batch_limits import MOST_OPEN
from loyalty.receipt_batches.errors import TooManyBatches
from loyalty.receipt_batches.models import Batch

_OPEN = (Batch.State.RECEIVING, Batch.State.SUBMITTED, Batch.State.RUNNING)


@transaction.atomic
def open_batch(
    *,
    merchant: Merchant,
    stores: Collection[int],
    format: str,
    name: str,
    actor: str,
    key: Key,
) -> Batch:
    """An empty batch, whose rows may name these stores of the merchant and no others.

    Raises KeyReused, TooManyBatches.
    """
    if (earlier := claim_key(key)) is not None:
        return Batch.objects.get(pk=earlier)
    with connection.cursor() as cursor:
        # One after the other for each merchant, or two at once would both be the last allowed.
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('batches.open', %s))", [merchant.pk]
        )
    if Batch.objects.filter(merchant=merchant, state__in=_OPEN).count() >= MOST_OPEN:
        raise TooManyBatches(most=MOST_OPEN)
    batch = Batch.objects.create(
        merchant=merchant,
        stores=sorted(stores),
        format=format,
        name=name,
        state=Batch.State.RECEIVING,
        actor=actor,
        created_at=clock.now(),
    )
    store_result(key, batch.pk)
    return Batch.objects.get(pk=batch.pk)
