"""Celery's part of loyalty."""

from celery import shared_task

from loyalty.services import match_parked_refunds, sweep_accounts


@shared_task(name="loyalty.sweep_accounts")
def sweep_accounts_due() -> int:
    """Sweep until nothing is due; a run that finds only busy accounts leaves them to the next."""
    total = 0
    while accounts := sweep_accounts():
        total += accounts
    return total


@shared_task(name="loyalty.match_parked_refunds")
def match_parked_refunds_due() -> int:
    """Refunds that were parked at the very moment their receipt arrived."""
    return match_parked_refunds()
