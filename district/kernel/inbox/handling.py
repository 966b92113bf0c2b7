"""The inbox, the far side: handle what waits, set aside what cannot be handled."""

import logging

from django.db import connection, transaction

from district.kernel import attempts, clock
from district.kernel.inbox.sources import Notice, source_of
from district.kernel.models import InboxRow

logger = logging.getLogger("district.inbox")


# Without the ORM, which takes longer than all the rest around a handler.
_MARK = (
    "update kernel_inboxrow set handled_at = %s"
    " where id = %s and handled_at is null and set_aside_at is null"
)


_CHUNK = 20


def handle_due() -> int:
    """Handle waiting notices, the oldest first, one transaction each; how many were taken up.

    Workers, retries and setting aside are those of the outbox.
    """
    return attempts.work_off(InboxRow.objects.filter(handled_at=None), _handle, chunk=_CHUNK)


def _handle(row: InboxRow) -> None:
    assert row.body is not None  # constraint inbox_body_as_received
    notice = Notice(row.source, row.notice_id, bytes(row.body))
    try:
        with transaction.atomic():
            # The mark comes first: it is the row's lock, and goes with whatever the handler wrote when that fails.
            if _mark_handled(row):
                source_of(row.source).handle(notice)
    except Exception as error:
        # A handler's bug must not stop other notices.
        logger.exception("handler failed", extra={"notice": row.pk, "source": row.source})
        _record_failure(row, error)


def _mark_handled(row: InboxRow) -> bool:
    """False when another worker has handled it."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [clock.real_now(), row.pk])
        return bool(cursor.rowcount)


@transaction.atomic
def _record_failure(claimed: InboxRow, error: Exception) -> None:
    waiting = InboxRow.objects.filter(pk=claimed.pk, handled_at=None, set_aside_at=None)
    row = waiting.select_for_update(no_key=True).first()
    if row is not None:
        attempts.record_failure(row, error)
        row.save(update_fields=["last_error", "set_aside_at"])
