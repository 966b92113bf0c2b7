"""Celery's part of loyalty."""

from celery import shared_task

from loyalty.services import (
    advance_rollup,
    match_parked_refunds,
    purge_earning_counters,
    run_audit,
    sweep_accounts,
    warn_of_expiry,
    warn_of_low_prefunds,
)


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


@shared_task(name="loyalty.watch_prefunds")
def warn_of_low_prefunds_due() -> int:
    return warn_of_low_prefunds()


@shared_task(name="loyalty.warn_of_expiry")
def warn_of_expiry_due() -> int:
    return warn_of_expiry()


@shared_task(name="loyalty.advance_rollup")
def advance_rollup_due() -> int:
    return advance_rollup()


@shared_task(name="loyalty.run_audit")
def run_audit_nightly() -> int:
    """How many rows break a promise; what they are stands in the audit run."""
    return run_audit().offences


@shared_task(name="loyalty.forget_counters")
def purge_earning_counters_nightly() -> int:
    return purge_earning_counters()
