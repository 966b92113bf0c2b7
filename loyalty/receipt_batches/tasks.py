"""Celery's part of batches."""

from celery import shared_task

from district.kernel.jobs import JobWorker
from loyalty.receipt_batches import services

WORKER = JobWorker("batches.process", services.process_batches)


@shared_task(name=WORKER.task)
def process() -> None:
    """Work on batches that wait."""
    WORKER.work()


@shared_task(name="batches.purge")
def purge() -> int:
    """Forget old lines and answers."""
    return services.purge_batches()
