"""Celery's part of photographed bills."""

from celery import shared_task

from loyalty.receipt_photos import services


@shared_task(name="bills.sweep_photos")
def sweep_photos_due() -> int:
    """Close what nobody decided on, forget the pictures of what was decided long ago."""
    total = 0
    while some := services.close_lapsed_photos() + services.purge_pictures():
        total += some
    return total


@shared_task(name="bills.find_look_alikes")
def find_similar_receipts() -> int:
    """Pairs that the confirmation could not see, because the till's receipt came after it."""
    return services.find_similar_receipts()
