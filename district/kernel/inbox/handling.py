"""The inbox, the far side: handle what waits, set aside what cannot be handled."""

import logging

from django.db import transaction

from district.kernel import attempts, clock
from district.kernel.inbox.sources import Notice, source_of
from district.kernel.models import InboxRow

logger = logging.getLogger("district.inbox")


def handle_due() -> int:
    """Handle waiting notices, the oldest first, one transaction each; how many were taken up.

    Workers, retries and setting aside are those of the outbox.
    """
    return attempts.work_off(
        InboxRow.objects.filter(handled_at=None), _handle, fields=("handled_at",)
    )


def _handle(row: InboxRow) -> Exception | None:
    assert row.body is not None  # constraint inbox_body_as_received
    try:
        with transaction.atomic():
            source_of(row.source).handle(Notice(row.source, row.notice_id, bytes(row.body)))
    except Exception as error:
        # A handler's bug must not stop other notices.
        logger.exception("handler failed", extra={"notice": row.pk, "source": row.source})
        return error
    row.handled_at = clock.real_now()
    return None
