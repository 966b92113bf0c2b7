"""Celery's part of photographed bills."""

from celery import shared_task

from loyalty.bills import services


@shared_task(name="bills.sweep_photos")
def sweep_photos_due() -> int:
    """Close what nobody decided on, forget the pictures of what was decided long ago."""
    total = 0
    while some := services.lapse_photos() + services.forget_pictures():
        total += some
    return total


@shared_task(name="bills.find_look_alikes")
def find_look_alikes() -> int:
    """Pairs that the confirmation could not see, because the till's receipt came after it."""
    return services.find_look_alikes()
