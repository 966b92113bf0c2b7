"""The inbox, the near side: verify a notice, keep it, wake a worker."""

import hashlib
import logging
from collections.abc import Mapping

from django.db import transaction
from psycopg.types.json import Jsonb

from district.kernel.database.postgres import first_row
from district.kernel.errors import NoticeRefused
from district.kernel.inbox.sources import source_of
from district.kernel.models import InboxRow
from district.kernel.outbox import wakeup

# Ten times the longest notice of those we know.
MAX_BODY_BYTES = 64 * 1024
logger = logging.getLogger("district.inbox")
# One statement, and so a transaction of its own.
_INSERT = (
    "insert into kernel_inboxrow (source, notice_id, body, headers, body_digest, verified_with)"
    " values (%s, %s, %s, %s, %s, %s) on conflict (source, notice_id) do nothing returning id"
)


def receive_notice(*, source: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Keep a notice whose signature is right; whether it is new. Its sender may send it again at any time.

    Of a notice that is refused nothing is stored: else anybody could fill the table, or take an id before
    its owner does. Raises NoticeRefused.
    """
    sender = source_of(source)
    lower = {name.lower(): value for name, value in headers.items()}
    if len(body) > MAX_BODY_BYTES:
        logger.warning("notice refused", extra={"source": source, "bytes": len(body)})
        raise NoticeRefused
    try:
        verified = sender.verify(lower, body)
    except NoticeRefused:
        logger.warning("notice refused", extra={"source": source, "bytes": len(body)})
        raise
    digest = hashlib.sha256(body).digest()
    signed = {name: lower[name] for name in sender.signed_headers if name in lower}
    if first_row(_INSERT, source, verified.notice_id, body, Jsonb(signed), digest, verified.key_id):
        transaction.on_commit(wakeup.wake_worker)
        return True
    earlier = InboxRow.objects.get(source=source, notice_id=verified.notice_id)
    if earlier.body_digest is not None and bytes(earlier.body_digest) != digest:
        # The first one stands. Senders that encrypt anew for each attempt do this rightly.
        extra = {"source": source, "notice": earlier.pk}
        logger.info("notice repeated with another body", extra=extra)
    return False
