"""Celery's part of the calendar."""

from celery import shared_task

from district.calendar import calendar_days


@shared_task(name="calendar.fill")
def fill_calendar() -> int:
    """Enter the holidays this version of the code knows of; how many days changed."""
    return calendar_days.fill_calendar()
