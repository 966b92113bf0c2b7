"""Celery's part of complaints."""

from celery import shared_task

from credit.complaints import services as complaints


@shared_task(name="complaints.run_timers")
def run_timers_due() -> int:
    """Clocks that ended, reminders that are due, calendars that changed."""
    return complaints.run_timers()
