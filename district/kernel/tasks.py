"""Celery's part of the kernel: drain outbox and inbox, forget what is old."""

from datetime import datetime, timedelta

from celery import shared_task
from django.db import connection

from district.kernel import clock
from district.kernel.inbox.handling import handle_due
from district.kernel.models import Idem, InboxRow, OutboxRow
from district.kernel.outbox import delivery, wakeup

KEEP_EVENTS = timedelta(days=30)
KEEP_KEYS = timedelta(days=180)
KEEP_NOTICE_BODIES = timedelta(days=180)
_CHUNK = 5_000


@shared_task(name=wakeup.TASK)
def deliver_events() -> int:
    """Deliver events and handle notices until nothing waits; safe to run twice and side by side."""
    delivered = 0
    while some := delivery.deliver_due() + handle_due():
        delivered += some
    return delivered


@shared_task(name="kernel.purge")
def purge() -> None:
    """Forget delivered events after 30 days, idempotency keys and what notices said after 180, rate windows
    after a day.

    The ids of notices, and the business keys (receipt and request numbers) stay unique in their own tables for ever.
    """
    now = clock.real_now()
    _delete_in_chunks(OutboxRow._meta.db_table, "delivered_at < %s", now - KEEP_EVENTS)
    _delete_in_chunks(Idem._meta.db_table, "created_at < %s", now - KEEP_KEYS)
    handled = InboxRow.objects.filter(handled_at__lt=now - KEEP_NOTICE_BODIES)
    handled.exclude(body=None).update(body=None, body_digest=None, headers={})
    with connection.cursor() as cursor:
        yesterday = int((now - timedelta(days=1)).timestamp())
        cursor.execute('delete from kernel_ratewindow where "window" < %s', [yesterday])


def _delete_in_chunks(table: str, condition: str, before: datetime) -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                f"delete from {table} where ctid = any(array("
                f" select ctid from {table} where {condition} limit {_CHUNK}))",
                [before],
            )
            if cursor.rowcount < _CHUNK:
                return
