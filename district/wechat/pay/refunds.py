"""Refunds of paid orders, whole or in parts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from district.wechat.pay.client import PayClient
from district.wechat.pay.fields import from_wire, to_wire, wire
from district.wechat.pay.wire import request_target


class RefundStatus(StrEnum):
    """States of a refund; an unknown one stays the text that it is."""

    PROCESSING = "PROCESSING"
    SUCCESS = "SUCCESS"
    CLOSED = "CLOSED"
    ABNORMAL = "ABNORMAL"


@dataclass(frozen=True, kw_only=True)
class RefundRequest:
    """A part of an order to give back. A repetition keeps `out_refund_no`: a new number refunds once more."""

    out_refund_no: str = wire("out_refund_no")
    refund_fen: int = wire("amount.refund")
    total_fen: int = wire("amount.total")
    currency: str = wire("amount.currency", default="CNY")
    out_trade_no: str | None = wire("out_trade_no", default=None)
    transaction_id: str | None = wire("transaction_id", default=None)
    reason: str | None = wire("reason", default=None, is_private=True)
    notify_url: str | None = wire("notify_url", default=None)
    funds_account: str | None = wire("funds_account", default=None)

    # A direct merchant has no sub-merchants, one account, and no coupons of WeChat by goods.
    IGNORED: ClassVar = ("sub_mchid", "amount.from", "goods_detail")


@dataclass(frozen=True, kw_only=True)
class PayRefund:
    """A refund as the call and the query answer it; PROCESSING is the usual first status."""

    refund_id: str = wire("refund_id")
    out_refund_no: str = wire("out_refund_no")
    transaction_id: str = wire("transaction_id")
    out_trade_no: str = wire("out_trade_no")
    status: str = wire("status")
    total_fen: int = wire("amount.total")
    refund_fen: int = wire("amount.refund")
    payer_total_fen: int | None = wire("amount.payer_total", default=None)
    payer_refund_fen: int | None = wire("amount.payer_refund", default=None)
    settlement_total_fen: int | None = wire("amount.settlement_total", default=None)
    settlement_refund_fen: int | None = wire("amount.settlement_refund", default=None)
    discount_refund_fen: int | None = wire("amount.discount_refund", default=None)
    currency: str | None = wire("amount.currency", default=None)
    channel: str | None = wire("channel", default=None)
    user_received_account: str | None = wire("user_received_account", default=None, is_private=True)
    success_time: datetime | None = wire("success_time", default=None)
    create_time: datetime | None = wire("create_time", default=None)
    funds_account: str | None = wire("funds_account", default=None)

    # The sums above hold what coupons of WeChat got back.
    IGNORED: ClassVar = ("promotion_detail", "amount.from", "amount.refund_fee")


@dataclass(frozen=True, kw_only=True)
class RefundNotice:
    """What REFUND.SUCCESS, REFUND.ABNORMAL and REFUND.CLOSED say."""

    mchid: str = wire("mchid")
    transaction_id: str = wire("transaction_id")
    out_trade_no: str = wire("out_trade_no")
    refund_id: str = wire("refund_id")
    out_refund_no: str = wire("out_refund_no")
    # The notice's own name for what the call names status.
    status: str = wire("refund_status")
    total_fen: int = wire("amount.total")
    refund_fen: int = wire("amount.refund")
    payer_total_fen: int | None = wire("amount.payer_total", default=None)
    payer_refund_fen: int | None = wire("amount.payer_refund", default=None)
    success_time: datetime | None = wire("success_time", default=None)
    user_received_account: str | None = wire("user_received_account", default=None, is_private=True)

    IGNORED: ClassVar[tuple[str, ...]] = ()


def request_refund(client: PayClient, request: RefundRequest) -> PayRefund:
    """The refund as it stands; the same request may be sent again. The notice, or a query, tells when it is through.

    Raises ApiError (400 INVALID_REQUEST for a sum beyond the order, or other values under its number), Unreachable, SignatureRefused, UnreadableAnswer, and ValueError
    unless the order is named exactly once.
    """
    if (request.out_trade_no is None) == (request.transaction_id is None):
        raise ValueError("a refund names its order by out_trade_no or by transaction_id")
    target = request_target("/v3/refund/domestic/refunds")
    answer = client.post("request refund", target, to_wire(request), is_repeatable=True)
    return from_wire(PayRefund, answer)


def refund_by_out_refund_no(client: PayClient, out_refund_no: str) -> PayRefund:
    """Raises ApiError (404 RESOURCE_NOT_EXISTS), Unreachable, SignatureRefused, UnreadableAnswer."""
    target = request_target("/v3/refund/domestic/refunds/{}", out_refund_no)
    return from_wire(PayRefund, client.get("query refund", target))
