"""The smart district: people who authorised, their payments in stores, points that the district answers with."""

from datetime import datetime
from typing import Any

from district.wechat.sandbox.pay import complaint_records
from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.notices import send_notice
from district.wechat.sandbox.pay.pay_state import BEIJING, PayState
from district.wechat.sandbox.pay.refusals import (
    PayRefusal,
    differs,
    invalid_request,
    not_found,
    param_error,
)
from district.wechat.sandbox.pay.request_schema import choice, flag, moment, text, whole
from district.wechat.sandbox.pay.store import Document

REFUND_NOTICE_SECONDS = 30 * 86400
AUTH_TYPES = ("REGISTERED_MODE", "REGISTERED_AND_AUTHORIZATION_MODE")
POINTS = {
    "transaction_id": text(64),
    "appid": text(128),
    "openid": text(64),
    "earn_points": flag(),
    "increased_points": whole(0),
    "points_update_time": moment(),
    "no_points_remarks": text(128, required=False),
    "total_points": whole(0, required=False),
}
PARKING = {
    "brandid": whole(1),
    "appid": text(32),
    "openid": text(64),
    "plate_number": text(32, pattern=r"[\u4e00-\u9fff][A-Z0-9\u4e00-\u9fff]+"),
    "state": choice("IN", "OUT"),
    "time": moment(),
}


def notify_points(state: PayState, call: PayCall) -> None:
    """POST /v3/businesscircle/points/notify"""
    fields = call.json(POINTS)
    _check_appid(state, fields["appid"])
    payment = state.store.get("mall_payment", fields["transaction_id"])
    if payment is None or payment["openid"] != fields["openid"]:
        raise not_found("RESOURCE_NOT_EXISTS", "没有这笔商圈支付")
    if not fields["earn_points"] and fields["increased_points"]:
        raise param_error("/body/increased_points", "不积分时须为 0")
    earlier = state.store.get("points", fields["transaction_id"])
    if earlier is not None and earlier != fields:
        raise differs("积分同步请求重入时，参数")
    state.store.put("points", fields["transaction_id"], fields)


def query_authorization(state: PayState, call: PayCall, openid: str) -> dict[str, Any]:
    """GET /v3/businesscircle/user-authorizations/{openid}"""
    _check_appid(state, call.query({"appid": text(32)})["appid"])
    known = state.store.get("authorization", openid)
    return known or {"openid": openid, "authorize_state": "UNAUTHORIZED"}


def query_commit_status(state: PayState, call: PayCall, openid: str) -> dict[str, Any] | None:
    """GET /v3/businesscircle/users/{openid}/points/commit_status"""
    fields = call.query({"brandid": text(20, pattern=r"\d+"), "appid": text(32)})
    _check_appid(state, fields["appid"])
    for payment in state.store.all("mall_payment"):
        is_todays = payment["time_end"][:10] == state.time()[:10]
        is_answered = state.store.get("points", payment["transaction_id"])
        if payment["openid"] == openid and is_todays and not is_answered:
            return {"points_commit_status": "PENDING"}
    return {"points_commit_status": "NONE"} if state.settings["commit_status_body"] else None


def report_parking(state: PayState, call: PayCall) -> None:
    """POST /v3/businesscircle/parkings"""
    fields = call.json(PARKING)
    _check_appid(state, fields["appid"])
    known = state.store.get("authorization", fields["openid"])
    if known is None or known["authorize_state"] != "AUTHORIZED":
        raise PayRefusal(403, "NO_AUTH", "用户没有授权")
    state.store.put("parking", f"{fields['openid']} {fields['plate_number']}", fields)


def authorize(state: PayState, openid: str, *, auth_type: str) -> Document:
    """A person lets the district know of payments: the notice goes out."""
    if auth_type not in AUTH_TYPES:
        raise param_error("auth_type", f"只能是 {AUTH_TYPES}")
    known = {"openid": openid, "authorize_state": "AUTHORIZED", "authorize_time": state.time()}
    state.store.put("authorization", openid, known)
    _send(
        state,
        "MALL_AUTH.ACTIVATE_CARD",
        "会员授权",
        {
            "mchid": state.account.mchid,
            "openid": openid,
            "code": state.number("47")[:12],
            "auth_type": auth_type,
        },
    )
    return known


def withdraw(state: PayState, openid: str) -> Document:
    """A person does not want it any more: there is no notice of that."""
    known = state.store.get("authorization", openid)
    if known is None:
        raise not_found("RESOURCE_NOT_EXISTS", "用户没有授权过")
    known |= {"authorize_state": "DEAUTHORIZED", "deauthorize_time": state.time()}
    state.store.put("authorization", openid, known)
    return known


def pay_in_store(
    state: PayState,
    openid: str,
    *,
    amount_fen: int,
    shop_number: str,
    shop_name: str,
    is_asked_by_hand: bool,
) -> Document:
    """A person pays in a store of the district; who has authorised is told of by a notice."""
    if amount_fen < 1:
        raise param_error("amount_fen", "须大于 0")
    payment = {
        "mchid": state.account.mchid,
        "merchant_name": state.settings["mall_name"],
        "shop_name": shop_name,
        "shop_number": shop_number,
        "appid": state.appid,
        "openid": openid,
        "amount": amount_fen,
        "time_end": state.time(),
        "transaction_id": state.number("42"),
    }
    state.store.put("mall_payment", payment["transaction_id"], payment)
    known = state.store.get("authorization", openid)
    if known is not None and known["authorize_state"] == "AUTHORIZED":
        tag = {"commit_tag": state.number("tag")} if is_asked_by_hand else {}
        _send(state, "MALL_TRANSACTION.SUCCESS", "支付成功", payment | tag)
    return payment


def refund_in_store(
    state: PayState, transaction_id: str, *, refund_fen: int, is_sent_anyway: bool
) -> Document:
    """The store gives back a part; the notice comes only for a payment that the district has answered."""
    payment = state.store.get("mall_payment", transaction_id)
    if payment is None:
        raise not_found("RESOURCE_NOT_EXISTS", "没有这笔商圈支付")
    earlier = [
        refund["refund_amount"]
        for refund in state.store.all("mall_refund")
        if refund["transaction_id"] == transaction_id
    ]
    if refund_fen < 1 or sum(earlier) + refund_fen > payment["amount"]:
        raise invalid_request("累计退款金额大于支付金额")
    shared = ("mchid", "merchant_name", "shop_name", "shop_number", "appid", "openid")
    refund = {name: payment[name] for name in shared} | {
        "refund_time": state.time(),
        "pay_amount": payment["amount"],
        "refund_amount": refund_fen,
        "transaction_id": transaction_id,
        "refund_id": state.number("50"),
    }
    state.store.put("mall_refund", refund["refund_id"], refund)
    complaint_records.note_refund(state, transaction_id)
    is_synced = state.store.get("points", transaction_id) is not None
    paid_at = datetime.fromisoformat(payment["time_end"]).astimezone(BEIJING).timestamp()
    if is_sent_anyway or (is_synced and state.now() - paid_at <= REFUND_NOTICE_SECONDS):
        _send(state, "MALL_REFUND.SUCCESS", "退款成功", refund)
    return refund


def _send(state: PayState, event_type: str, summary: str, content: dict[str, Any]) -> None:
    send_notice(
        state,
        event_type=event_type,
        original_type=event_type.partition(".")[0].lower(),
        summary=summary,
        url=state.settings["mall_notify_url"],
        content=content,
    )


def _check_appid(state: PayState, appid: str) -> None:
    if appid != state.appid:
        raise PayRefusal(
            400, "APPID_MCHID_NOT_MATCH", "商户号和 appid 没有绑定关系", inner=268445527
        )
