"""Celery's part of the compensation fund."""

from celery import shared_task

from credit.compensation.services import follow_statements


@shared_task(name="compensation.follow_statements")
def follow_statements_due() -> int:
    """What came in with the merchants' statements."""
    return follow_statements()
