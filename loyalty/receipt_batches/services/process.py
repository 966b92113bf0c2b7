"""Processing: workers take up submitted batches, one at a time for each merchant."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from district.kernel import jobs
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.services.post_chunk import post_chunk


def process_batches(*, seconds: float = jobs.SLICE_SECONDS) -> bool:
    """Work on what waits for so many seconds; whether something may be left to do.

    Rows that were answered are not touched again, whoever worked on them.
    """
    running = Batch.objects.filter(merchant=OuterRef("merchant"), state=Batch.State.RUNNING)
    free = Batch.waiting().exclude(Exists(running.exclude(pk=OuterRef("pk"))))
    return jobs.run_jobs(free, _steps, seconds=seconds)


def _steps(batch: Batch) -> Iterator[None]:
    batch.refresh_from_db(fields=["done_line"])
    while post_chunk(batch=batch):
        yield
        batch.refresh_from_db(fields=["done_line"])
