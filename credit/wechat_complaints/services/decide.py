"""What a person decides where the machine cannot: which store, which case, what is settled."""

from typing import Any

from django.db import transaction

from credit.complaints.models import CaseFile
from credit.wechat_complaints.errors import (
    CaseNotForComplaint,
    ComplaintNotWaiting,
    ItemNotForPerson,
    ReplyNotWaiting,
)
from credit.wechat_complaints.models import WechatComplaint, WechatItem, WechatReply
from credit.wechat_complaints.services.open_case import open_case_of, put_into_case
from credit.wechat_complaints.services.take_items import take_items
from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Store


@transaction.atomic
def assign_store(
    *, complaint: WechatComplaint, store: Store, by: User, key: Key
) -> WechatComplaint:
    """Say which store a complaint is about; its case is filed at once. Raises ComplaintNotWaiting, KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return WechatComplaint.objects.get(pk=earlier)
    row = _locked(complaint)
    row.store = store
    open_case_of(complaint=row)
    row.save(update_fields=["store"])
    take_items(complaint=row)
    _record("assign_complaint_store", row, by, store=store.public_id)
    store_result(key, row.pk)
    return row


@transaction.atomic
def link_case(*, complaint: WechatComplaint, case: CaseFile, by: User, key: Key) -> WechatComplaint:
    """Say that a complaint is the matter of an open case; what the case says from now on goes out.

    Raises CaseNotForComplaint, ComplaintNotWaiting, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return WechatComplaint.objects.get(pk=earlier)
    row = _locked(complaint)
    file = CaseFile.objects.select_for_update(no_key=True).get(pk=case.pk)
    if file.kind != CaseFile.Kind.COMPLAINT or not file.is_open:
        raise CaseNotForComplaint
    row.store = file.store
    put_into_case(row, file)
    take_items(complaint=row)
    _record("link_complaint_case", row, by, case=file.public_id)
    store_result(key, row.pk)
    return row


@transaction.atomic
def settle_item(*, item: WechatItem, by: User, key: Key) -> WechatItem:
    """A person has read a line of the history and done what was to be done. Raises ItemNotForPerson, KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return WechatItem.objects.get(pk=earlier)
    row = WechatItem.objects.select_for_update(no_key=True).get(pk=item.pk)
    if row.state != WechatItem.State.FOR_PERSON:
        raise ItemNotForPerson
    row.state, row.settled_by, row.settled_at = WechatItem.State.SETTLED, by, clock.now()
    row.save(update_fields=["state", "settled_by", "settled_at"])
    audit.record(
        by=by, verb="settle_complaint_item", subject=f"wechat_complaints.wechatitem:{row.pk}"
    )
    store_result(key, row.pk)
    return row


@transaction.atomic
def skip_reply(*, reply: WechatReply, by: User, key: Key) -> WechatReply:
    """A reply is not sent, so that those behind it can go. Raises ReplyNotWaiting, KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return WechatReply.objects.get(pk=earlier)
    row = WechatReply.objects.select_for_update(no_key=True).get(pk=reply.pk)
    if row.state != WechatReply.State.WAITING:
        raise ReplyNotWaiting
    row.state, row.done_at, row.skipped_by = WechatReply.State.SKIPPED, clock.now(), by
    row.set_aside_at = None
    row.save(update_fields=["state", "done_at", "skipped_by", "set_aside_at"])
    audit.record(
        by=by, verb="skip_complaint_reply", subject=f"wechat_complaints.wechatreply:{row.pk}"
    )
    store_result(key, row.pk)
    return row


def _locked(complaint: WechatComplaint) -> WechatComplaint:
    rows = WechatComplaint.objects.select_for_update(no_key=True)
    row: WechatComplaint = rows.get(pk=complaint.pk)
    if row.case_id is not None or row.state not in WechatComplaint.WAITING:
        raise ComplaintNotWaiting
    return row


def _record(verb: str, row: WechatComplaint, by: User, **facts: Any) -> None:
    subject = f"wechat_complaints.wechatcomplaint:{row.pk}"
    audit.record(by=by, verb=verb, subject=subject, **facts)
