"""Orders paid inside a mini-program: placed, paid on the phone, asked for, closed."""

import base64
import binascii
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.notices import send_notice
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.refusals import (
    PayRefusal,
    differs,
    invalid_request,
    not_found,
    param_error,
)
from district.wechat.sandbox.pay.request_schema import (
    address,
    choice,
    flag,
    moment,
    nested,
    several,
    text,
    whole,
)
from district.wechat.sandbox.pay.store import Document

TRADE_NO = r"[0-9A-Za-z_\-*]+"
PREPAY_SECONDS, UNPAID_SECONDS = 2 * 3600, 7 * 86400
_GOODS = nested(
    {
        "merchant_goods_id": text(32),
        "wechatpay_goods_id": text(32, required=False),
        "goods_name": text(256, required=False),
        "quantity": whole(1),
        "unit_price": whole(0),
    }
)
_STORE = {
    "id": text(32),
    "name": text(256, required=False),
    "area_code": text(32, required=False),
    "address": text(512, required=False),
}
ORDER = {
    "appid": text(32),
    "mchid": text(32),
    "description": text(127),
    "out_trade_no": text(32, shortest=6, pattern=TRADE_NO),
    "notify_url": address(),
    "amount": nested({"total": whole(1), "currency": choice("CNY", required=False)}),
    "payer": nested({"openid": text(128, pattern=r"o[\w-]{27}")}),
    "time_expire": moment(required=False),
    "attach": text(128, required=False),
    "goods_tag": text(32, required=False),
    "limit_pay": several(
        choice("no_balance", "no_credit", "no_debit", "balance_only"), required=False
    ),
    "support_fapiao": flag(required=False),
    "detail": nested(
        {
            "cost_price": whole(0, required=False),
            "invoice_id": text(32, required=False),
            "goods_detail": several(_GOODS, required=False),
        },
        required=False,
    ),
    "scene_info": nested(
        {
            "payer_client_ip": text(45),
            "device_id": text(32, required=False),
            "store_info": nested(_STORE, required=False),
        },
        required=False,
    ),
    "settle_info": nested({"profit_sharing": flag(required=False)}, required=False),
}
_STATE_WORDS = {
    "NOTPAY": "订单未支付",
    "SUCCESS": "支付成功",
    "REFUND": "转入退款",
    "CLOSED": "订单已关闭",
}


def place(state: PayState, call: PayCall) -> dict[str, Any]:
    """POST /v3/pay/transactions/jsapi"""
    request = call.json(ORDER)
    _check_merchant(state, request["appid"], request["mchid"])
    if (expire := request.get("time_expire")) and _seconds(expire) <= state.now():
        raise param_error("/body/time_expire", "须晚于当前时间")
    order = find(state, request["out_trade_no"])
    if order is None:
        order = {
            "request": request,
            "placed_at": state.now(),
            "prepaid_at": float("-inf"),
            "trade_state": "NOTPAY",
        }
    elif order["request"] != request:
        raise differs("请求重入时，参数")
    elif order["trade_state"] == "CLOSED":
        raise PayRefusal(400, "ORDER_CLOSED", "该订单已关闭")
    elif order["trade_state"] != "NOTPAY":
        raise PayRefusal(400, "ORDERPAID", "该订单已支付")
    if state.now() - order["prepaid_at"] > PREPAY_SECONDS:
        order |= {"prepay_id": state.number("wx"), "prepaid_at": state.now()}
    save(state, order)
    return {"prepay_id": order["prepay_id"]}


def query_by_out_trade_no(state: PayState, call: PayCall, number: str) -> dict[str, Any]:
    """GET /v3/pay/transactions/out-trade-no/{out_trade_no}"""
    _check_mchid(state, call.query({"mchid": text(32)})["mchid"])
    return transaction(_known(find(state, number)))


def query_by_transaction_id(state: PayState, call: PayCall, number: str) -> dict[str, Any]:
    """GET /v3/pay/transactions/id/{transaction_id}"""
    _check_mchid(state, call.query({"mchid": text(32)})["mchid"])
    return transaction(_known(find_by_transaction_id(state, number)))


def close(state: PayState, call: PayCall, number: str) -> None:
    """POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close"""
    _check_mchid(state, call.json({"mchid": text(32)})["mchid"])
    order = _known(find(state, number))
    if order["trade_state"] not in {"NOTPAY", "CLOSED"}:
        raise PayRefusal(400, "ORDERPAID", "该订单已支付，不能关闭")
    order["trade_state"] = "CLOSED"
    save(state, order)


def pay(state: PayState, order: Document, *, coupon_fen: int = 0) -> dict[str, Any]:
    """The person types the password on the phone: the order is paid, and its notice goes out.

    Raises PayRefusal for an order that cannot be paid any more.
    """
    if order["trade_state"] != "NOTPAY":
        raise invalid_request(_STATE_WORDS[order["trade_state"]])
    if state.now() - order["prepaid_at"] > PREPAY_SECONDS:
        raise invalid_request("prepay_id 已过期")
    total = order["request"]["amount"]["total"]
    if not 0 <= coupon_fen < total:
        raise invalid_request("代金券须小于订单金额")
    order |= {
        "trade_state": "SUCCESS",
        "transaction_id": state.number("42"),
        "success_at": state.now(),
        "success_time": state.time(),
        "coupon_fen": coupon_fen,
    }
    save(state, order)
    state.store.put(
        "transaction", order["transaction_id"], {"out_trade_no": order["request"]["out_trade_no"]}
    )
    send_notice(
        state,
        event_type="TRANSACTION.SUCCESS",
        original_type="transaction",
        summary="支付成功",
        url=order["request"]["notify_url"],
        content=transaction(order),
    )
    return transaction(order)


def order_of_payment(state: PayState, parameters: dict[str, str]) -> Document:
    """The order that `wx.requestPayment` was given these parameters for. Raises PayRefusal for a wrong signature."""
    prepay_id = parameters["package"].removeprefix("prepay_id=")
    lines = (state.appid, parameters["timeStamp"], parameters["nonceStr"], parameters["package"])
    try:
        state.account.merchant_key.public_key().verify(
            base64.b64decode(parameters["paySign"], validate=True),
            "".join(f"{line}\n" for line in lines).encode(),
            PKCS1v15(),
            SHA256(),
        )
    except (InvalidSignature, binascii.Error):
        raise PayRefusal(400, "SIGN_ERROR", "支付验证签名失败") from None
    for order in state.store.all("order"):
        if order["prepay_id"] == prepay_id and parameters["signType"] == "RSA":
            return _as_of_now(state, order)
    raise not_found("ORDER_NOT_EXIST", "没有这个 prepay_id")


def find(state: PayState, out_trade_no: str) -> Document | None:
    """The order as it stands now."""
    order = state.store.get("order", out_trade_no)
    return _as_of_now(state, order) if order else None


def find_by_transaction_id(state: PayState, transaction_id: str) -> Document | None:
    """The paid order as it stands now."""
    known = state.store.get("transaction", transaction_id)
    return find(state, known["out_trade_no"]) if known else None


def save(state: PayState, order: Document) -> None:
    """Keep the order."""
    state.store.put("order", order["request"]["out_trade_no"], order)


def transaction(order: Document) -> dict[str, Any]:
    """An order as queries and notices show it: of one that is not paid there is little to tell."""
    request = order["request"]
    view = {
        "appid": request["appid"],
        "mchid": request["mchid"],
        "out_trade_no": request["out_trade_no"],
        "trade_state": order["trade_state"],
        "trade_state_desc": _STATE_WORDS[order["trade_state"]],
    }
    if "transaction_id" not in order:
        return view
    total, coupon_fen = request["amount"]["total"], order["coupon_fen"]
    view |= {
        "transaction_id": order["transaction_id"],
        "trade_type": "JSAPI",
        "bank_type": "OTHERS",
        "attach": request.get("attach", ""),
        "success_time": order["success_time"],
        "payer": request["payer"],
        "amount": {
            "total": total,
            "payer_total": total - coupon_fen,
            "currency": "CNY",
            "payer_currency": "CNY",
        },
    }
    if device := request.get("scene_info", {}).get("device_id"):
        view["scene_info"] = {"device_id": device}
    if coupon_fen:
        view["promotion_detail"] = [_coupon(coupon_fen)]
    return view


def _coupon(fen: int) -> dict[str, Any]:
    return {
        "coupon_id": "109519",
        "name": "微信支付代金券",
        "scope": "GLOBAL",
        "type": "CASH",
        "amount": fen,
        "stock_id": "931386",
        "wechatpay_contribute": fen,
        "merchant_contribute": 0,
        "other_contribute": 0,
        "currency": "CNY",
    }


def _as_of_now(state: PayState, order: Document) -> Document:
    """Nobody comes to close an order whose time is over: it is found closed."""
    expire = order["request"].get("time_expire")
    ends = _seconds(expire) if expire else order["placed_at"] + UNPAID_SECONDS
    if order["trade_state"] == "NOTPAY" and state.now() >= ends:
        order["trade_state"] = "CLOSED"
        save(state, order)
    return order


def _known(order: Document | None) -> Document:
    if order is None:
        raise not_found("ORDER_NOT_EXIST", "订单不存在")
    return order


def _check_merchant(state: PayState, appid: str, mchid: str) -> None:
    _check_mchid(state, mchid)
    if appid != state.appid:
        raise PayRefusal(
            400, "APPID_MCHID_NOT_MATCH", "商户号和 appid 没有绑定关系", inner=268445527
        )


def _check_mchid(state: PayState, mchid: str) -> None:
    if mchid != state.account.mchid:
        raise param_error("mchid", "与签名的商户号不一致")


def _seconds(moment_text: str) -> float:
    return datetime.fromisoformat(moment_text).timestamp()
