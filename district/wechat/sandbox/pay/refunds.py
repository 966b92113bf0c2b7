"""Refunds: in process at first, then settled, with a notice."""

from typing import Any

from district.wechat.sandbox.pay import complaint_records, orders, parking_charges
from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.notices import send_notice
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.refusals import differs, invalid_request, not_found, param_error
from district.wechat.sandbox.pay.request_schema import (
    address,
    choice,
    nested,
    several,
    text,
    whole,
)
from district.wechat.sandbox.pay.store import Document

MOST_REFUNDS, YEAR_SECONDS = 50, 365 * 86400
REFUND = {
    "transaction_id": text(32, required=False),
    "out_trade_no": text(32, shortest=6, pattern=orders.TRADE_NO, required=False),
    "out_refund_no": text(64, pattern=r"[0-9A-Za-z_\-|*@]+"),
    "reason": text(80, required=False),
    "notify_url": address(required=False),
    "funds_account": choice("AVAILABLE", "UNSETTLED", required=False),
    "amount": nested(
        {
            "refund": whole(1),
            "total": whole(1),
            "currency": choice("CNY"),
            "from": several(
                nested({"account": choice("AVAILABLE", "UNAVAILABLE"), "amount": whole(1)}),
                required=False,
            ),
        }
    ),
    "goods_detail": several(
        nested(
            {
                "merchant_goods_id": text(32),
                "wechatpay_goods_id": text(32, required=False),
                "goods_name": text(256, required=False),
                "unit_price": whole(0),
                "refund_amount": whole(0),
                "refund_quantity": whole(1),
            }
        ),
        required=False,
    ),
}
OUTCOMES = ("SUCCESS", "ABNORMAL", "CLOSED")


def request(state: PayState, call: PayCall) -> dict[str, Any]:
    """POST /v3/refund/domestic/refunds"""
    fields = call.json(REFUND)
    if ("transaction_id" in fields) == ("out_trade_no" in fields):
        raise param_error("/body/transaction_id", "与 out_trade_no 二选一")
    refund = state.store.get("refund", fields["out_refund_no"])
    if refund is not None:
        if refund["request"] != fields:
            raise differs("退款请求重入时，参数")
        return refund_view(refund)
    order = _order_of(state, fields)
    if order is None:
        raise not_found("RESOURCE_NOT_EXISTS", "订单不存在")
    _check_amounts(state, order, fields["amount"])
    refund = {
        "request": fields,
        "refund_id": state.number("50"),
        "out_trade_no": order["request"]["out_trade_no"],
        "transaction_id": order["transaction_id"],
        "create_time": state.time(),
        "status": "PROCESSING",
        "payer_total": order["request"]["amount"]["total"] - order["coupon_fen"],
    }
    due = state.now() + state.settings["refund_seconds"]
    state.store.put("refund", fields["out_refund_no"], refund, due=due)
    state.due_changed.notify_all()
    return refund_view(refund)


def query(state: PayState, call: PayCall, number: str) -> dict[str, Any]:
    """GET /v3/refund/domestic/refunds/{out_refund_no}"""
    call.query({})
    refund = state.store.get("refund", number)
    if refund is None:
        raise not_found("RESOURCE_NOT_EXISTS", "退款单不存在")
    return refund_view(refund)


def settle(state: PayState, refund: Document, outcome: str = "SUCCESS") -> None:
    """The money goes back, or does not; the notice goes out."""
    refund["status"] = outcome
    if outcome == "SUCCESS":
        refund |= {"success_time": state.time(), "success_at": state.now()}
        order = _order_of(state, refund | refund["request"])
        assert order is not None
        order["trade_state"] = "REFUND"
        (parking_charges if "parking_info" in order["request"] else orders).save(state, order)
    state.store.put("refund", refund["request"]["out_refund_no"], refund)
    if outcome == "SUCCESS":
        complaint_records.note_refund(state, refund["transaction_id"])
    if url := refund["request"].get("notify_url"):
        send_notice(
            state,
            event_type=f"REFUND.{outcome}",
            original_type="refund",
            summary={"SUCCESS": "退款成功", "ABNORMAL": "退款异常", "CLOSED": "退款关闭"}[outcome],
            url=url,
            content=_notice_content(state, refund),
        )


def refund_view(refund: Document) -> dict[str, Any]:
    """A refund as the call and the query show it."""
    amount, payer_refund = refund["request"]["amount"], payer_refund_fen(refund)
    answer = {
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["request"]["out_refund_no"],
        "transaction_id": refund["transaction_id"],
        "out_trade_no": refund["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": refund["create_time"],
        "status": refund["status"],
        "funds_account": "AVAILABLE",
        "amount": {
            "total": amount["total"],
            "refund": amount["refund"],
            "payer_total": refund["payer_total"],
            "payer_refund": payer_refund,
            "settlement_refund": amount["refund"],
            "settlement_total": amount["total"],
            "discount_refund": amount["refund"] - payer_refund,
            "currency": "CNY",
        },
        "promotion_detail": [],
    }
    if "success_time" in refund:
        answer["success_time"] = refund["success_time"]
    return answer


def payer_refund_fen(refund: Document) -> int:
    """What the person gets: a coupon's part goes back to the coupon."""
    amount = refund["request"]["amount"]
    return int(amount["refund"] * refund["payer_total"] // amount["total"])


def refunded_fen(state: PayState, out_trade_no: str) -> int:
    """What was given back of an order, or is on its way."""
    return sum(refund["request"]["amount"]["refund"] for refund in _alive(state, out_trade_no))


def _order_of(state: PayState, fields: Document) -> Document | None:
    """What was paid under one of these numbers: an order, or the charge of a parking."""
    number = fields.get("out_trade_no")
    if number is None:
        known = state.store.get("transaction", fields["transaction_id"])
        number = known["out_trade_no"] if known else ""
    return orders.find(state, number) or parking_charges.find(state, number)


def _alive(state: PayState, out_trade_no: str) -> list[Document]:
    return [
        refund
        for refund in state.store.all("refund")
        if refund["out_trade_no"] == out_trade_no and refund["status"] != "CLOSED"
    ]


def _check_amounts(state: PayState, order: Document, amount: dict[str, int]) -> None:
    if order["trade_state"] not in {"SUCCESS", "REFUND"}:
        raise invalid_request("订单未支付或已关闭，不能退款")
    if state.now() - order["success_at"] > YEAR_SECONDS:
        raise invalid_request("订单已超过一年，不能退款")
    if amount["total"] != order["request"]["amount"]["total"]:
        raise invalid_request("订单金额与支付时不一致")
    earlier = _alive(state, order["request"]["out_trade_no"])
    if len(earlier) >= MOST_REFUNDS:
        raise invalid_request("部分退款次数已达 50 次")
    if (
        sum(refund["request"]["amount"]["refund"] for refund in earlier) + amount["refund"]
        > (amount["total"])
    ):
        raise invalid_request("累计退款金额大于支付金额")


def _notice_content(state: PayState, refund: Document) -> dict[str, Any]:
    answer = refund_view(refund)
    content = {
        "mchid": state.account.mchid,
        "transaction_id": answer["transaction_id"],
        "out_trade_no": answer["out_trade_no"],
        "refund_id": answer["refund_id"],
        "out_refund_no": answer["out_refund_no"],
        "refund_status": refund["status"],
        "user_received_account": answer["user_received_account"],
        "amount": {
            name: answer["amount"][name]
            for name in ("total", "refund", "payer_total", "payer_refund")
        },
    }
    if "success_time" in refund:
        content["success_time"] = refund["success_time"]
    return content
