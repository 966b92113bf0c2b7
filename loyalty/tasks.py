"""Celery's part of loyalty."""

from celery import shared_task

from loyalty.services import expire_points


@shared_task(name="loyalty.expire_points")
def expire_points_due() -> int:
    """Sweep until nothing is due; a run that finds only busy accounts leaves them to the next."""
    total = 0
    while points := expire_points():
        total += points
    return total
