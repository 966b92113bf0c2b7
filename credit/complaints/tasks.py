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


@shared_task(name="complaints.check_messages")
def check_messages_due() -> int:
    """Messages that wait for WeChat's word."""
    return complaints.check_messages()


@shared_task(name="complaints.clear_drafts")
def clear_drafts_due() -> int:
    """Drafts whose month is over."""
    return complaints.clear_drafts()


@shared_task(name="complaints.find_patterns")
def find_patterns_due() -> int:
    """What officers may look at of new complaints."""
    return complaints.find_patterns()


@shared_task(name="complaints.forget_contacts")
def forget_contacts_due() -> int:
    """Contacts of people who are no members and whose last case ended long ago."""
    return complaints.forget_contacts()
