"""Celery's part of consent."""

from celery import shared_task

from district.consent import services


@shared_task(name="consent.expire_consents")
def expire_consents() -> int:
    """Record grants whose days are over; safe to run twice and side by side."""
    return services.expire_consents()
