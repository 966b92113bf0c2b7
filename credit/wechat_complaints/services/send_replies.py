"""Replies go to WeChat, one after the other for each complaint, until it has them."""

import logging

from django.db import transaction

from credit.wechat_complaints import queries
from credit.wechat_complaints.models import WechatReply
from credit.wechat_complaints.retries import BATCH, RETRIES
from district.kernel import attempts, clock
from district.wechat.pay import complaints as pay
from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import ApiError, PayError
from district.wechat.pay_account import has_pay_account, pay_client

State, Kind = WechatReply.State, WechatReply.Kind
_INVALID_REQUEST = "INVALID_REQUEST"
REFUND_DAYS = 3
_HISTORY_TYPES = {
    Kind.RESPONSE: {"MERCHANT_RESPONSE"},
    # Somebody may have decided it in WeChat's own pages.
    Kind.APPROVE_REFUND: {"MERCHANT_APPROVE_REFUND", "MERCHANT_REFUSE_RERUND"},
    Kind.REJECT_REFUND: {"MERCHANT_APPROVE_REFUND", "MERCHANT_REFUSE_RERUND"},
}
logger = logging.getLogger("district.wechat_complaints")


def send_replies(*, limit: int = BATCH) -> int:
    """Make the calls that are due, the longest waiting first; how many.

    WeChat has no number of ours for a reply, so one that may have been sent before is looked for in the complaint's
    history, and only sent where it does not stand there.
    """
    if not has_pay_account():
        return 0
    due = queries.replies_to_send()
    return attempts.make_calls(due, _send, max_attempts=RETRIES.max_attempts, limit=limit)


def _send(reply: WechatReply) -> None:
    try:
        outcome = _outcome(pay_client(), reply)
    except PayError as error:
        facts = {"reply": reply.pk, "error": type(error).__name__}
        logger.warning("reply not sent", extra=facts)
        _note_failure(reply.pk, error)
    except Exception as error:
        # A bug that one row meets must not stop the others.
        logger.exception("reply broke off", extra={"reply": reply.pk})
        _note_failure(reply.pk, error)
    else:
        _note_success(reply.pk, outcome)


def _outcome(client: PayClient, reply: WechatReply) -> WechatReply.State:
    """What became of it. Raises PayError."""
    number = reply.complaint.complaint_id
    if reply.attempts > 1 and _stands_there(client, reply):
        return State.FOUND
    try:
        _call(client, reply, number)
    except ApiError as error:
        if error.code != _INVALID_REQUEST:
            raise
        if _stands_there(client, reply):
            return State.FOUND
        if pay.complaint_of(client, number).state != pay.ComplaintState.PROCESSED:
            raise
        # Withdrawn, or completed by somebody in WeChat's own pages.
        return State.MOOT
    return State.SENT


def _call(client: PayClient, reply: WechatReply, number: str) -> None:
    match reply.kind:
        case Kind.RESPONSE:
            pay.reply(client, number, pay.ComplaintReply(content=reply.words))
        case Kind.COMPLETE:
            pay.complete(client, number)
        case Kind.APPROVE_REFUND:
            approval = pay.RefundProgress(
                action=pay.RefundDecision.APPROVE, launch_refund_day=REFUND_DAYS
            )
            pay.update_refund_progress(client, number, approval)
        case _:
            rejection = pay.RefundProgress(
                action=pay.RefundDecision.REJECT, reject_reason=reply.words
            )
            pay.update_refund_progress(client, number, rejection)


def _stands_there(client: PayClient, reply: WechatReply) -> bool:
    """Whether WeChat has it: of replies in the same words one more than those that it has for others of ours."""
    number = reply.complaint.complaint_id
    if reply.kind == Kind.COMPLETE:
        return pay.complaint_of(client, number).state == pay.ComplaintState.PROCESSED
    types = _HISTORY_TYPES[Kind(reply.kind)]
    found = [item for item in pay.history_of(client, number) if item.operate_type in types]
    if reply.kind != Kind.RESPONSE:
        return bool(found)
    same_words = sum(item.operate_details == reply.words for item in found)
    before = WechatReply.objects.filter(
        complaint=reply.complaint_id,
        kind=reply.kind,
        words=reply.words,
        state__in=[State.SENT, State.FOUND],
    )
    return same_words > before.count()


@transaction.atomic
def _note_success(pk: int, outcome: WechatReply.State) -> None:
    row = _lock(pk)
    if row.state == State.WAITING:
        row.state, row.done_at = outcome, clock.now()
        row.save(update_fields=["state", "done_at", *attempts.begin_anew(row)])


@transaction.atomic
def _note_failure(pk: int, error: Exception) -> None:
    row = _lock(pk)
    if row.state == State.WAITING:
        row.save(update_fields=RETRIES.note_failure(row, error))


def _lock(pk: int) -> WechatReply:
    return WechatReply.objects.select_for_update(no_key=True).get(pk=pk)
