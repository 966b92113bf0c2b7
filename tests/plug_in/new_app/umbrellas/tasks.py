"""Celery's part of umbrellas."""

from datetime import timedelta

from celery import shared_task

from district.kernel import clock
from umbrellas.models import Loan


@shared_task(name="umbrellas.count_late")
def count_late() -> int:
    """How many umbrellas are out for more than three days."""
    return Loan.objects.filter(
        returned_at=None, lent_at__lt=clock.now() - timedelta(days=3)
    ).count()
