"""Orders that are paid inside the mini-program (JSAPI)."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, TypedDict

from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import UnreadableAnswer
from district.wechat.pay.fields import from_wire, to_wire, wire
from district.wechat.pay.signatures import sign
from district.wechat.pay.wire import request_target


class TradeState(StrEnum):
    """States of an order; an unknown one stays the text that it is."""

    NOTPAY = "NOTPAY"
    SUCCESS = "SUCCESS"
    CLOSED = "CLOSED"
    REFUND = "REFUND"


@dataclass(frozen=True, kw_only=True)
class JsapiOrder:
    """What is to be paid, and by whom; `out_trade_no` is ours, 6 to 32 of `[0-9A-Za-z_*-]`, and never used again."""

    appid: str = wire("appid")
    description: str = wire("description")
    out_trade_no: str = wire("out_trade_no")
    notify_url: str = wire("notify_url")
    total_fen: int = wire("amount.total")
    openid: str = wire("payer.openid", is_private=True)
    currency: str = wire("amount.currency", default="CNY")
    time_expire: datetime | None = wire("time_expire", default=None)
    attach: str | None = wire("attach", default=None, is_private=True)
    goods_tag: str | None = wire("goods_tag", default=None)
    limit_pay: tuple[str, ...] | None = wire("limit_pay", default=None)
    support_fapiao: bool | None = wire("support_fapiao", default=None)
    payer_client_ip: str | None = wire("scene_info.payer_client_ip", default=None, is_private=True)
    device_id: str | None = wire("scene_info.device_id", default=None)

    # Coupons of WeChat by goods, its store list and profit sharing are not used.
    IGNORED: ClassVar = ("detail", "scene_info.store_info", "settle_info.profit_sharing")


@dataclass(frozen=True, kw_only=True)
class Promotion:
    """A coupon of WeChat's that paid a part."""

    coupon_id: str = wire("coupon_id")
    amount_fen: int = wire("amount")
    name: str | None = wire("name", default=None)
    scope: str | None = wire("scope", default=None)
    type: str | None = wire("type", default=None)
    stock_id: str | None = wire("stock_id", default=None)
    wechatpay_contribute_fen: int | None = wire("wechatpay_contribute", default=None)
    merchant_contribute_fen: int | None = wire("merchant_contribute", default=None)
    other_contribute_fen: int | None = wire("other_contribute", default=None)
    currency: str | None = wire("currency", default=None)

    IGNORED: ClassVar = ("goods_detail",)


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """An order as WeChat Pay knows it, by a query or by the notice TRANSACTION.SUCCESS.

    Compare appid, mchid, out_trade_no and total_fen with our own order before believing it.
    """

    appid: str = wire("appid")
    mchid: str = wire("mchid")
    out_trade_no: str = wire("out_trade_no")
    trade_state: str = wire("trade_state")
    transaction_id: str | None = wire("transaction_id", default=None)
    trade_type: str | None = wire("trade_type", default=None)
    trade_state_desc: str | None = wire("trade_state_desc", default=None)
    bank_type: str | None = wire("bank_type", default=None)
    attach: str | None = wire("attach", default=None, is_private=True)
    success_time: datetime | None = wire("success_time", default=None)
    openid: str | None = wire("payer.openid", default=None, is_private=True)
    total_fen: int | None = wire("amount.total", default=None)
    payer_total_fen: int | None = wire("amount.payer_total", default=None)
    currency: str | None = wire("amount.currency", default=None)
    payer_currency: str | None = wire("amount.payer_currency", default=None)
    device_id: str | None = wire("scene_info.device_id", default=None)
    promotions: tuple[Promotion, ...] = wire("promotion_detail", default=())

    IGNORED: ClassVar[tuple[str, ...]] = ()


class PaymentParameters(TypedDict):
    """What `wx.requestPayment` takes."""

    timeStamp: str
    nonceStr: str
    package: str
    signType: str
    paySign: str


def place_order(client: PayClient, order: JsapiOrder) -> str:
    """The prepay_id, good for two hours. The very same order may be placed again, another under its number may not.

    Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
    """
    body = {"mchid": client.merchant.mchid} | to_wire(order)
    answer = client.post(
        "place order", request_target("/v3/pay/transactions/jsapi"), body, is_repeatable=True
    )
    prepay_id = answer.get("prepay_id")
    if not isinstance(prepay_id, str) or not prepay_id:
        raise UnreadableAnswer("the order lacks prepay_id")
    return prepay_id


def payment_parameters(client: PayClient, *, appid: str, prepay_id: str) -> PaymentParameters:
    """Signed for the phone. Its success callback is no proof of payment: wait for the notice, or query."""
    timestamp, nonce = str(int(client.now().timestamp())), secrets.token_hex(16)
    package = f"prepay_id={prepay_id}"
    return {
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": sign(client.merchant.private_key, appid, timestamp, nonce, package),
    }


def order_by_out_trade_no(client: PayClient, out_trade_no: str) -> Transaction:
    """Raises ApiError (404 ORDER_NOT_EXIST), Unreachable, SignatureRefused, UnreadableAnswer."""
    return _query(client, "/v3/pay/transactions/out-trade-no/{}", out_trade_no)


def order_by_transaction_id(client: PayClient, transaction_id: str) -> Transaction:
    """Raises ApiError (404 ORDER_NOT_EXIST), Unreachable, SignatureRefused, UnreadableAnswer."""
    return _query(client, "/v3/pay/transactions/id/{}", transaction_id)


def close_order(client: PayClient, out_trade_no: str) -> None:
    """Nobody can pay it any more. May be repeated.

    Raises ApiError (400 ORDERPAID for a paid one), Unreachable, SignatureRefused.
    """
    target = request_target("/v3/pay/transactions/out-trade-no/{}/close", out_trade_no)
    client.post("close order", target, {"mchid": client.merchant.mchid}, is_repeatable=True)


def _query(client: PayClient, template: str, number: str) -> Transaction:
    target = request_target(template, number, query={"mchid": client.merchant.mchid})
    return from_wire(Transaction, client.get("query order", target))
