"""Celery's part of the settlement."""

from celery import shared_task

from loyalty.settlement.services import seal_days


@shared_task(name="settlement.seal_days")
def seal_days_due() -> int:
    """The day that is over; and those before it, when beat was away."""
    return seal_days()
