"""Celery's part of issuing."""

from celery import shared_task

from coupons.issuing import services
from district.kernel.jobs import JobWorker

WORKER = JobWorker("issuing.run_jobs", services.run_issue_jobs)


@shared_task(name=WORKER.task)
def run_jobs() -> None:
    """Work on jobs that wait."""
    WORKER.work()
