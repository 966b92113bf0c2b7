"""What was read of a complaint is kept, and becomes a case, or acts of its case."""

from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from credit.wechat_complaints import queries
from credit.wechat_complaints.errors import ForeignComplaint
from credit.wechat_complaints.models import WechatComplaint, WechatItem
from credit.wechat_complaints.services.open_case import open_case_of
from credit.wechat_complaints.services.payers import payer_with_openid
from credit.wechat_complaints.services.take_items import take_items
from credit.wechat_complaints.texts import storable
from district.kernel import attempts
from district.wechat.pay.complaints import NegotiationItem, PayComplaint

State = WechatComplaint.State
# What a reading may change.
_READ = (
    *("state", "description", "fetched_version", "pay_state", "complained_at", "problem_type"),
    *("apply_refund_fen", "amount_fen", "transaction_id", "out_trade_no", "complaint_times"),
    *("is_fully_refunded", "has_unread_words", "user_tags", "picture_urls", "known_items"),
    "payer",
)


@transaction.atomic
def keep_complaint(
    *, complaint: PayComplaint, history: Sequence[NegotiationItem], version: int
) -> WechatComplaint:
    """Keep a complaint and the lines of its history that are new; then a new one is filed as a case, and what the payer
    did since is done in it. `version` is the one that was asked for when the reading began.

    The same again changes nothing. An older reading that comes late, which knows fewer lines, brings none of its own.
    Raises ForeignComplaint.
    """
    if complaint.mchid != settings.WECHAT_PAY_MCHID:
        raise ForeignComplaint
    rows = WechatComplaint.objects.select_for_update(no_key=True)
    row = rows.get(complaint_id=complaint.complaint_id)
    if len(history) >= row.known_items:
        _keep_fields(row, complaint, known_items=len(history))
        _keep_items(row, history)
    row.fetched_version = max(row.fetched_version, min(version, row.asked_version))
    changed = attempts.begin_anew(row) if row.fetched_version == row.asked_version else []
    row.save(update_fields=[*_READ, *changed])
    open_case_of(complaint=row)
    take_items(complaint=row)
    return row


def _keep_fields(row: WechatComplaint, complaint: PayComplaint, *, known_items: int) -> None:
    order = complaint.orders[0] if complaint.orders else None
    is_over = complaint.state == queries.PROCESSED
    if row.case_id is None:
        row.description = _description(complaint)
        if row.state not in WechatComplaint.WAITING or is_over:
            # Over before it was a case: nobody has to do anything, until the payer goes on.
            row.state = State.OVER if is_over else State.NEEDS_STORE
    row.pay_state = complaint.state
    row.complained_at = complaint.complaint_time
    row.problem_type = complaint.problem_type or ""
    row.apply_refund_fen = complaint.apply_refund_fen or 0
    row.complaint_times = complaint.user_complaint_times
    # Money that has come back does not leave again.
    row.is_fully_refunded = row.is_fully_refunded or complaint.is_fully_refunded
    row.has_unread_words = complaint.has_unread_words
    row.user_tags = list(complaint.user_tags)
    row.picture_urls = [url for media in complaint.media for url in media.urls]
    row.known_items = known_items
    if order is not None:
        row.transaction_id, row.out_trade_no = order.transaction_id, order.out_trade_no
        row.amount_fen = order.amount_fen
    if complaint.payer_openid and row.payer_id is None:
        row.payer = payer_with_openid(complaint.payer_openid)


def _description(complaint: PayComplaint) -> str:
    """Both texts of the payer, the longer one once where one holds the other."""
    short, long = sorted((complaint.problem_description or "", complaint.complaint_detail), key=len)
    return storable(long if short in long else f"{short}\n{long}")


def _keep_items(row: WechatComplaint, history: Sequence[NegotiationItem]) -> None:
    # WeChat has the newest first; what happened in one second keeps its order.
    numbered = sorted(enumerate(history), key=lambda pair: (pair[1].operate_time, -pair[0]))
    WechatItem.objects.bulk_create(
        [
            WechatItem(
                complaint=row,
                log_id=item.log_id,
                position=position,
                operator=item.operator,
                operate_type=item.operate_type,
                operated_at=item.operate_time,
                words=storable(item.operate_details or ""),
                picture_urls=list(item.image_urls or (item.media.urls if item.media else ())),
            )
            for position, (_place, item) in enumerate(numbered, 1)
        ],
        ignore_conflicts=True,
    )
