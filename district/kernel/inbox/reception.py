"""The inbox, the near side: verify a notice, keep it, wake a worker."""

import hashlib
import logging
from collections.abc import Mapping

from django.db import transaction

from district.kernel.errors import NoticeRefused
from district.kernel.inbox.sources import source_of
from district.kernel.models import InboxRow
from district.kernel.outbox import wakeup

# Ten times the longest notice of those we know.
MAX_BODY_BYTES = 64 * 1024
logger = logging.getLogger("district.inbox")


@transaction.atomic
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
    row, is_new = InboxRow.objects.get_or_create(
        source=source,
        notice_id=verified.notice_id,
        defaults={
            "body": body,
            "headers": {name: lower[name] for name in sender.signed_headers if name in lower},
            "body_digest": digest,
            "verified_with": verified.key_id,
        },
    )
    if is_new:
        transaction.on_commit(wakeup.wake_worker)
    elif row.body_digest is not None and bytes(row.body_digest) != digest:
        # The first one stands. Senders that encrypt anew for each attempt do this rightly.
        logger.info("notice repeated with another body", extra={"source": source, "notice": row.pk})
    return is_new
