"""Celery's part of credit."""

from celery import shared_task

from credit.services import (
    flag_rings,
    revise_waiting,
    take_district_statistics,
    take_snapshots,
)


@shared_task(name="credit.flag_rings")
def flag_rings_due() -> int:
    """Ratings that look arranged, before the night's snapshots."""
    return flag_rings()


@shared_task(name="credit.take_snapshots")
def take_snapshots_due() -> int:
    """Yesterday's standing of every merchant that has none yet."""
    return take_snapshots()


@shared_task(name="credit.revise_snapshots")
def revise_snapshots_due() -> int:
    """What corrections make of earlier days."""
    return revise_waiting()


@shared_task(name="credit.take_district_statistics")
def take_district_statistics_due() -> int:
    """Yesterday's figures of complaints, and those of days before without any."""
    return take_district_statistics()
