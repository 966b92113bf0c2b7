"""Complaints as WeChat Pay keeps them: who complained of which payment, what was done since, and who is told."""

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA1

from district.wechat.sandbox.pay.notices import send_notice
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.refusals import invalid_request, not_found, param_error
from district.wechat.sandbox.pay.store import Document

PENDING, PROCESSING, PROCESSED = "PENDING", "PROCESSING", "PROCESSED"
PROBLEM_TYPES = ("REFUND", "SERVICE_NOT_WORK", "OTHERS")
IMAGE_URL = "https://api.mch.weixin.qq.com/v3/merchant-service/images/{}"
# What the payer or WeChat may do: operate_type, in which states, the state after it, the action of the notice.
# No notice says that a payer withdrew, or was content.
_OPEN = (PENDING, PROCESSING)
ACTS: dict[str, tuple[str, tuple[str, ...], str, str]] = {
    "respond": ("USER_RESPONSE", _OPEN, "", "USER_RESPONSE"),
    "continue": ("USER_CONTINUE_COMPLAINT", (PROCESSED,), PENDING, "CONTINUE_COMPLAINT"),
    "revoke": ("USER_REVOKE_COMPLAINT", _OPEN, PROCESSED, ""),
    "satisfaction": ("USER_SUBMIT_SATISFACTION", (PROCESSED,), "", ""),
    "ask_platform": ("USER_APPLY_PLATFORM_HELP", (*_OPEN, PROCESSED), "", ""),
    "platform": ("PLATFORM_RESPONSE", (*_OPEN, PROCESSED), "", "RESPONSE_BY_PLATFORM"),
}
_USER_WORDS = {"respond", "continue"}
# SHA-1 is WeChat's choice.
_OAEP = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)  # noqa: S303


def create(
    state: PayState,
    *,
    openid: str,
    phone: str,
    transaction_id: str,
    detail: str,
    problem_type: str,
    apply_refund_fen: int,
    image_ids: list[str],
) -> Document:
    """A payer complains of a payment of theirs. Raises PayRefusal."""
    paid = paid_under(state, transaction_id)
    if paid is None:
        raise not_found("RESOURCE_NOT_EXISTS", "没有这笔支付")
    if problem_type not in PROBLEM_TYPES:
        raise param_error("problem_type", f"只能是 {PROBLEM_TYPES}")
    if not 0 <= apply_refund_fen <= paid["amount"] or not detail:
        raise param_error("detail", "须有内容，申请退款金额不超过支付金额")
    earlier = [each for each in state.store.all("complaint") if each["openid"] == openid]
    complaint = {
        "complaint_id": state.number("2002018"),
        "complaint_time": state.time(),
        "complaint_detail": detail,
        "complaint_state": PENDING,
        "openid": openid,
        "phone": phone,
        "order": {"transaction_id": transaction_id, **paid},
        "problem_type": problem_type,
        "apply_refund_amount": apply_refund_fen,
        "user_complaint_times": len(earlier) + 1,
        "incoming_user_response": False,
        "image_ids": image_ids,
        "refund_decision": "",
        "history": [],
    }
    add(state, complaint, "USER_CREATE_COMPLAINT", "用户", detail, image_ids=image_ids)
    tell(state, complaint, "CREATE_COMPLAINT")
    return complaint


def act_as_payer(
    state: PayState, complaint: Document, act: str, text: str, *, operate_type: str = ""
) -> Document:
    """Somebody but the merchant does something; with an operate_type it is one that nobody has heard of.

    Raises PayRefusal.
    """
    known = ("", (*_OPEN, PROCESSED), "", "") if operate_type else ACTS.get(act)
    if known is None:
        raise param_error("act", f"只能是 {sorted(ACTS)}")
    kind, states, after, action = known
    if complaint["complaint_state"] not in states:
        raise invalid_request("投诉单当前状态不能这样操作")
    if after:
        complaint["complaint_state"] = after
    if act in _USER_WORDS and not operate_type:
        complaint["incoming_user_response"] = True
    operator = "微信支付" if act == "platform" else "用户"
    add(state, complaint, operate_type or kind, operator, text)
    if action:
        tell(state, complaint, action)
    return complaint


def note_refund(state: PayState, transaction_id: str) -> None:
    """Money went back: every complaint of that payment knows it; an approved one is done once all has arrived."""
    for complaint in state.store.all("complaint"):
        if complaint["order"]["transaction_id"] != transaction_id:
            continue
        if is_fully_refunded(state, complaint):
            text = "投诉订单已全额退款"
            add(state, complaint, "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE", "系统", text)
        wished = complaint["apply_refund_amount"]
        has_arrived = refunded_fen(state, transaction_id) >= wished
        if complaint["refund_decision"] == "APPROVE" and has_arrived:
            complaint["complaint_state"] = PROCESSED
        save(state, complaint)
        tell(state, complaint, "REFUND_SUCCESS")


def view(state: PayState, complaint: Document, *, is_single: bool) -> dict[str, Any]:
    """A complaint as the calls show it; the openid only where one complaint is asked for."""
    key = state.account.merchant_key.public_key()
    names = (
        *("complaint_id", "complaint_time", "complaint_detail", "complaint_state"),
        *("problem_type", "user_complaint_times", "incoming_user_response"),
    )
    answer = {name: complaint[name] for name in names} | {
        "complainted_mchid": state.account.mchid,
        "complaint_full_refunded": is_fully_refunded(state, complaint),
        "problem_description": complaint["complaint_detail"][:30],
        "payer_phone": base64.b64encode(key.encrypt(complaint["phone"].encode(), _OAEP)).decode(),
        "complaint_order_info": [complaint["order"]],
        "user_tag_list": ["TRUSTED"],
        "in_platform_service": False,
        "need_immediate_service": False,
        "is_agent_mode": False,
    }
    if complaint["apply_refund_amount"]:
        answer["apply_refund_amount"] = complaint["apply_refund_amount"]
    if complaint["image_ids"]:
        answer["complaint_media_list"] = [_media(complaint["image_ids"])]
    return answer | ({"payer_openid": complaint["openid"]} if is_single else {})


def find(state: PayState, complaint_id: str) -> Document:
    """Raises PayRefusal."""
    complaint = state.store.get("complaint", complaint_id)
    if complaint is None:
        raise not_found("RESOURCE_NOT_EXISTS", "投诉单不存在")
    return complaint


def add(
    state: PayState,
    complaint: Document,
    operate_type: str,
    operator: str,
    details: str,
    *,
    image_ids: list[str] | None = None,
) -> None:
    """Write the next line of the history, and with it the complaint."""
    item: dict[str, Any] = {
        "log_id": state.number("300285"),
        "operator": operator,
        "operate_time": state.time(),
        "operate_type": operate_type,
        "operate_details": details,
        "image_list": [IMAGE_URL.format(each) for each in image_ids or ()],
    }
    if image_ids:
        item["complaint_media_list"] = _media(image_ids)
    complaint["history"].append(item)
    save(state, complaint)


def save(state: PayState, complaint: Document) -> None:
    """Keep it as it is now."""
    state.store.put("complaint", complaint["complaint_id"], complaint)


def tell(state: PayState, complaint: Document, action: str) -> None:
    """A notice to the registered address, if there is one."""
    address = state.store.get("complaint_address", "")
    event = "CREATE" if action == "CREATE_COMPLAINT" else "STATE_CHANGE"
    send_notice(
        state,
        event_type=f"COMPLAINT.{event}",
        original_type="complaint",
        summary="产生新投诉" if event == "CREATE" else "投诉单状态变化",
        url=address["url"] if address else "",
        content={"complaint_id": complaint["complaint_id"], "action_type": action},
    )


def paid_under(state: PayState, transaction_id: str) -> dict[str, Any] | None:
    """Our number and the sum of a payment: of an order, a parking charge, or in a store of the district."""
    mall = state.store.get("mall_payment", transaction_id)
    if mall is not None:
        return {"out_trade_no": f"SHOP{transaction_id[-24:]}", "amount": mall["amount"]}
    known = state.store.get("transaction", transaction_id)
    if known is None:
        return None
    number = known["out_trade_no"]
    made = state.store.get("order", number) or state.store.get("vehicle_charge", number)
    return made and {"out_trade_no": number, "amount": made["request"]["amount"]["total"]}


def refunded_fen(state: PayState, transaction_id: str) -> int:
    """What has come back of a payment."""
    orders = sum(
        each["request"]["amount"]["refund"]
        for each in state.store.all("refund")
        if each["transaction_id"] == transaction_id and each["status"] == "SUCCESS"
    )
    in_stores = sum(
        each["refund_amount"]
        for each in state.store.all("mall_refund")
        if each["transaction_id"] == transaction_id
    )
    return int(orders + in_stores)


def is_fully_refunded(state: PayState, complaint: Document) -> bool:
    order = complaint["order"]
    return refunded_fen(state, order["transaction_id"]) >= int(order["amount"])


def _media(image_ids: list[str]) -> dict[str, Any]:
    urls = [IMAGE_URL.format(each) for each in image_ids]
    return {"media_type": "USER_COMPLAINT_IMAGE", "media_url": urls}
