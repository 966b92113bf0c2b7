"""Celery's part of complaints."""

from celery import shared_task

from credit.complaints import services as complaints


@shared_task(name="complaints.forget_evidence")
def forget_evidence() -> int:
    """Files of cases that ended three years ago."""
    return complaints.forget_old_evidence()


@shared_task(name="complaints.run_timers")
def run_timers_due() -> int:
    """Clocks that ended, reminders that are due, calendars that changed."""
    return complaints.run_timers()
