"""Complaints of payers, as WeChat Pay takes them (消费者投诉 2.0): what they say, what was said, our replies.

A complaint is PENDING until the first reply, PROCESSING until we complete it, or the payer withdraws it or has the
money back, and PROCESSED then; whoever complains again opens it again. The spelling is WeChat's.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from district.wechat.pay.client import PayClient
from district.wechat.pay.fields import from_wire, to_wire, wire
from district.wechat.pay.resources import decrypt_field
from district.wechat.pay.wire import request_target

LONGEST_REPLY = 200
MOST_PICTURES = 4
MOST_DAYS = 30
PAGE, HISTORY_PAGE = 50, 300
_ROOT = "/v3/merchant-service/complaints-v2"
_ONE = _ROOT + "/{}"


class ComplaintState(StrEnum):
    """States of a complaint; an unknown one stays the text that it is."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    PROCESSED = "PROCESSED"


class RefundDecision(StrEnum):
    """What the merchant says to a wish for a refund. An approval moves no money: the refund is a call of its own."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"


@dataclass(frozen=True, kw_only=True)
class ComplaintNotice:
    """COMPLAINT.CREATE and COMPLAINT.STATE_CHANGE: it says only which one. Fetch the complaint; the same may come often."""

    complaint_id: str = wire("complaint_id")
    action_type: str = wire("action_type")

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class ComplaintOrder:
    """A payment that the complaint is about."""

    transaction_id: str = wire("transaction_id")
    out_trade_no: str = wire("out_trade_no")
    amount_fen: int = wire("amount")

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class ServiceOrder:
    """An order of the payment score: DOING, REVOKED, WAITPAY or DONE."""

    order_id: str | None = wire("order_id", default=None)
    out_order_no: str | None = wire("out_order_no", default=None)
    state: str | None = wire("state", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class ComplaintMedia:
    """Pictures at WeChat, USER_COMPLAINT_IMAGE or OPERATION_IMAGE: addresses for `pictures.picture_at`."""

    media_type: str = wire("media_type")
    urls: tuple[str, ...] = wire("media_url", default=(), is_private=True)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class PayComplaint:
    """A complaint as WeChat Pay knows it. `payer_openid` comes with the one that is asked for, not in a list.

    `payer_phone_encrypted` is opened by `payer_phone` alone. `user_complaint_times` counts the complaints of this payer
    about this merchant; `has_unread_words` that the payer wrote after our last reply.
    """

    complaint_id: str = wire("complaint_id")
    complaint_time: datetime = wire("complaint_time")
    complaint_detail: str = wire("complaint_detail", is_private=True)
    state: str = wire("complaint_state")
    mchid: str = wire("complainted_mchid")
    is_fully_refunded: bool = wire("complaint_full_refunded")
    has_unread_words: bool = wire("incoming_user_response")
    user_complaint_times: int = wire("user_complaint_times")
    problem_description: str | None = wire("problem_description", default=None, is_private=True)
    payer_phone_encrypted: str | None = wire("payer_phone", default=None, is_private=True)
    payer_openid: str | None = wire("payer_openid", default=None, is_private=True)
    orders: tuple[ComplaintOrder, ...] = wire("complaint_order_info", default=())
    service_orders: tuple[ServiceOrder, ...] = wire("service_order_info", default=())
    media: tuple[ComplaintMedia, ...] = wire("complaint_media_list", default=())
    problem_type: str | None = wire("problem_type", default=None)
    apply_refund_fen: int | None = wire("apply_refund_amount", default=None)
    user_tags: tuple[str, ...] = wire("user_tag_list", default=())
    is_in_platform_service: bool | None = wire("in_platform_service", default=None)
    needs_immediate_service: bool | None = wire("need_immediate_service", default=None)

    # The hire of power banks, which nobody here does; and who acts for other merchants, which we are not.
    IGNORED: ClassVar = ("additional_info", "is_agent_mode")


@dataclass(frozen=True, kw_only=True)
class ComplaintPage:
    """A part of a list; `total_count` is that of the whole."""

    complaints: tuple[PayComplaint, ...] = wire("data", default=())
    limit: int = wire("limit")
    offset: int = wire("offset")
    total_count: int | None = wire("total_count", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class NegotiationItem:
    """Something that was done to a complaint, known by its `log_id`; `operate_type` stays the text that it is."""

    log_id: str = wire("log_id")
    operator: str = wire("operator", is_private=True)
    operate_time: datetime = wire("operate_time")
    operate_type: str = wire("operate_type")
    operate_details: str | None = wire("operate_details", default=None, is_private=True)
    image_urls: tuple[str, ...] = wire("image_list", default=(), is_private=True)
    media: ComplaintMedia | None = wire("complaint_media_list", default=None)

    # The cards of the immediate service, which we do not offer.
    IGNORED: ClassVar = ("normal_message",)


@dataclass(frozen=True, kw_only=True)
class NegotiationPage:
    """A part of a complaint's history."""

    items: tuple[NegotiationItem, ...] = wire("data", default=())
    limit: int = wire("limit")
    offset: int = wire("offset")
    total_count: int | None = wire("total_count", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class ComplaintReply:
    """What the merchant says to the payer; pictures are media ids of `pictures.upload_picture`."""

    content: str = wire("response_content", is_private=True)
    pictures: tuple[str, ...] | None = wire("response_images", default=None)
    jump_url: str | None = wire("jump_url", default=None)
    jump_url_text: str | None = wire("jump_url_text", default=None)
    mini_program_appid: str | None = wire("mini_program_jump_info.appid", default=None)
    mini_program_path: str | None = wire("mini_program_jump_info.path", default=None)
    mini_program_text: str | None = wire("mini_program_jump_info.text", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class RefundProgress:
    """Whether the wished refund is made, within how many days, or why not."""

    action: str = wire("action")
    launch_refund_day: int | None = wire("launch_refund_day", default=None)
    reject_reason: str | None = wire("reject_reason", default=None, is_private=True)
    reject_pictures: tuple[str, ...] | None = wire("reject_media_list", default=None)
    remark: str | None = wire("remark", default=None, is_private=True)

    IGNORED: ClassVar[tuple[str, ...]] = ()


def payer_phone(client: PayClient, complaint: PayComplaint) -> str | None:
    """The payer's phone number, where WeChat gives it. Never log it. Raises Undecryptable."""
    if complaint.payer_phone_encrypted is None:
        return None
    return decrypt_field(complaint.payer_phone_encrypted, client.merchant.private_key)


def complaints_between(
    client: PayClient, begin: date, end: date, *, offset: int = 0, limit: int = PAGE
) -> ComplaintPage:
    """The complaints of both days and those between, without openids.

    Raises ValueError for more than 30 days, ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
    """
    if not 0 <= (end - begin).days <= MOST_DAYS:
        raise ValueError("a list of complaints spans at most 30 days")
    query = {
        "limit": str(limit),
        "offset": str(offset),
        "begin_date": begin.isoformat(),
        "end_date": end.isoformat(),
        "complainted_mchid": client.merchant.mchid,
    }
    return from_wire(
        ComplaintPage, client.get("list complaints", request_target(_ROOT, query=query))
    )


def complaint_of(client: PayClient, complaint_id: str) -> PayComplaint:
    """Raises ApiError (404 RESOURCE_NOT_EXISTS), Unreachable, SignatureRefused, UnreadableAnswer."""
    answer = client.get("query complaint", request_target(_ONE, complaint_id))
    return from_wire(PayComplaint, answer)


def history_of(client: PayClient, complaint_id: str) -> tuple[NegotiationItem, ...]:
    """Everything that was done to a complaint, in WeChat's order.

    Raises ApiError (404 RESOURCE_NOT_EXISTS), Unreachable, SignatureRefused, UnreadableAnswer.
    """
    items: list[NegotiationItem] = []
    while True:
        query = {"limit": str(HISTORY_PAGE), "offset": str(len(items))}
        target = request_target(_ONE + "/negotiation-historys", complaint_id, query=query)
        page = from_wire(NegotiationPage, client.get("query negotiation", target))
        items += page.items
        if not page.items or len(items) >= (page.total_count or 0):
            return tuple(items)


def reply(client: PayClient, complaint_id: str, words: ComplaintReply) -> None:
    """Not repeated by itself: a second reply would stand beside the first. Look at the history before another try.

    Raises ValueError, ApiError (400 INVALID_REQUEST once it is PROCESSED, 429), Unreachable, SignatureRefused.
    """
    if not 0 < len(words.content) <= LONGEST_REPLY:
        raise ValueError("a reply has 1 to 200 characters")
    if len(words.pictures or ()) > MOST_PICTURES:
        raise ValueError("a reply has at most 4 pictures")
    if (words.jump_url is None) != (words.jump_url_text is None):
        raise ValueError("an address and its text go together")
    _act(client, "reply to complaint", complaint_id, "response", _named(client) | to_wire(words))


def complete(client: PayClient, complaint_id: str) -> None:
    """We are done with it. Not repeated by itself: the second time is refused.

    Raises ApiError (400 INVALID_REQUEST once it is PROCESSED), Unreachable, SignatureRefused.
    """
    _act(client, "complete complaint", complaint_id, "complete", _named(client))


def update_refund_progress(client: PayClient, complaint_id: str, progress: RefundProgress) -> None:
    """Approve or reject the wished refund, once.

    Raises ValueError, ApiError (400 INVALID_REQUEST where none is wished or it is decided), Unreachable, SignatureRefused.
    """
    if progress.action == RefundDecision.REJECT and not progress.reject_reason:
        raise ValueError("a rejection says why")
    if len(progress.reject_pictures or ()) > MOST_PICTURES:
        raise ValueError("a rejection has at most 4 pictures")
    body = to_wire(progress)
    _act(client, "update refund progress", complaint_id, "update-refund-progress", body)


def _act(client: PayClient, name: str, complaint_id: str, act: str, body: dict[str, Any]) -> None:
    target = request_target(f"{_ONE}/{act}", complaint_id)
    client.post(name, target, body, is_repeatable=False)


def _named(client: PayClient) -> dict[str, Any]:
    return {"complainted_mchid": client.merchant.mchid}
