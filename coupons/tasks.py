"""Celery's part of coupons."""

from celery import shared_task

from coupons.services import expire_coupons, warn_of_expiring, watch_budgets


@shared_task(name="coupons.expire_coupons")
def expire_coupons_due() -> int:
    """End what is over, until nothing is."""
    total = 0
    while ended := expire_coupons():
        total += ended
    return total


@shared_task(name="coupons.warn_of_expiring")
def warn_of_expiring_due() -> int:
    total = 0
    while warning_count := warn_of_expiring():
        total += warning_count
    return total


@shared_task(name="coupons.watch_budgets")
def watch_budgets_due() -> int:
    return watch_budgets()
