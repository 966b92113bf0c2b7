"""Celery's part of evidence files."""

from celery import shared_task

from credit.evidence import services as evidence


@shared_task(name="evidence.check_files")
def check_files() -> int:
    """Pictures that wait for WeChat's content check."""
    return evidence.check_files()


@shared_task(name="evidence.sweep")
def sweep() -> int:
    """Files that no case took, what is left of erased ones, keys of an old master key."""
    evidence.rewrap_files()
    return evidence.erase_unused() + evidence.remove_erased() + evidence.remove_orphans()
