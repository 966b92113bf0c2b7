"""Celery's part of complaints that come from WeChat."""

from celery import shared_task

from credit.wechat_complaints import services


@shared_task(name="wechat_complaints.work")
def work() -> int:
    """Read what is to be read, and send what is due; safe to run twice and side by side."""
    return services.fetch_complaints() + services.send_replies()


@shared_task(name="wechat_complaints.sweep")
def sweep() -> int:
    """Find complaints of which no notice came, and payers who have joined."""
    return services.join_payers() + services.sweep_complaints()
