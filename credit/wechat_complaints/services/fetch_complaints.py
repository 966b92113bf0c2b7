"""Complaints are read at WeChat: outside of any transaction, as often as something was said of them."""

import logging

from django.db import transaction

from credit.wechat_complaints import queries
from credit.wechat_complaints.models import WechatComplaint
from credit.wechat_complaints.retries import BATCH, RETRIES
from credit.wechat_complaints.services.keep_complaint import keep_complaint
from district.kernel import attempts
from district.wechat.pay.complaints import complaint_of, history_of
from district.wechat.pay.errors import PayError
from district.wechat.pay_account import has_pay_account, pay_client

logger = logging.getLogger("district.wechat_complaints")


def fetch_complaints(*, limit: int = BATCH) -> int:
    """Read what is to be read, the longest waiting first; how many.

    A complaint is claimed and committed, read, and kept: whoever dies on the way, it is read again. What was read
    before another notice came does not count for that one.
    """
    if not has_pay_account():
        return 0
    due = queries.complaints_to_read()
    return attempts.make_calls(due, _fetch, max_attempts=RETRIES.max_attempts, limit=limit)


def _fetch(row: WechatComplaint) -> None:
    client = pay_client()
    try:
        # The history first: what happens between is in the complaint, and comes with the next notice.
        history = history_of(client, row.complaint_id)
        complaint = complaint_of(client, row.complaint_id)
        keep_complaint(complaint=complaint, history=history, version=row.asked_version)
    except PayError as error:
        facts = {"complaint": row.pk, "error": type(error).__name__}
        logger.warning("complaint not read", extra=facts)
        _note_failure(row.pk, error)
    except Exception as error:
        # A bug that one row meets must not stop the others.
        logger.exception("reading broke off", extra={"complaint": row.pk})
        _note_failure(row.pk, error)


@transaction.atomic
def _note_failure(pk: int, error: Exception) -> None:
    row = WechatComplaint.objects.select_for_update(no_key=True).get(pk=pk)
    if row.fetched_version < row.asked_version:
        row.save(update_fields=RETRIES.note_failure(row, error))
