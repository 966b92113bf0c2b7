"""The calls about complaints (消费者投诉 2.0): lists, one complaint, its history, replies, the end."""

from datetime import date
from typing import Any

from district.wechat.sandbox.pay import complaint_records as records
from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.refusals import PayRefusal, invalid_request, param_error
from district.wechat.sandbox.pay.request_schema import (
    Field,
    address,
    choice,
    nested,
    several,
    text,
    whole,
)

MOST_DAYS, MINUTE_SECONDS = 30, 60
_IMAGES = several(text(512), most=4, required=False)
REPLY = {
    "complainted_mchid": text(64),
    "response_content": text(200),
    "response_images": _IMAGES,
    "jump_url": address(required=False),
    "jump_url_text": text(10, required=False),
    "mini_program_jump_info": nested(
        {"appid": text(64), "path": text(512), "text": text(10)}, required=False
    ),
}
COMPLETE = {"complainted_mchid": text(64)}
PROGRESS = {
    "action": choice("APPROVE", "REJECT"),
    "launch_refund_day": whole(0, required=False),
    "reject_reason": text(200, required=False),
    "reject_media_list": _IMAGES,
    "remark": text(200, required=False),
}


def list_complaints(state: PayState, call: PayCall) -> dict[str, Any]:
    """GET /v3/merchant-service/complaints-v2"""
    fields = call.query(
        _paged(50)
        | {
            "begin_date": text(10, pattern=r"\d{4}-\d\d-\d\d"),
            "end_date": text(10, pattern=r"\d{4}-\d\d-\d\d"),
            "complainted_mchid": text(64, required=False),
        }
    )
    _check_merchant(state, fields.get("complainted_mchid", state.account.mchid))
    begin, end = (_day(fields, name) for name in ("begin_date", "end_date"))
    if not 0 <= (end - begin).days <= MOST_DAYS:
        raise param_error("/query/end_date", "与 begin_date 相差不能超过 30 天")
    found = [
        each
        for each in reversed(state.store.all("complaint"))
        if begin <= date.fromisoformat(each["complaint_time"][:10]) <= end
    ]
    views = [records.view(state, each, is_single=False) for each in found]
    return _page(fields, views, 10)


def query_complaint(state: PayState, call: PayCall, complaint_id: str) -> dict[str, Any]:
    """GET /v3/merchant-service/complaints-v2/{complaint_id}"""
    call.query({})
    return records.view(state, records.find(state, complaint_id), is_single=True)


def query_negotiation(state: PayState, call: PayCall, complaint_id: str) -> dict[str, Any]:
    """GET …/{complaint_id}/negotiation-historys: the newest first."""
    fields = call.query(_paged(300))
    return _page(fields, records.find(state, complaint_id)["history"][::-1], 100)


def reply(state: PayState, call: PayCall, complaint_id: str) -> None:
    """POST …/{complaint_id}/response"""
    fields = call.json(REPLY)
    complaint = records.find(state, complaint_id)
    _check_merchant(state, fields["complainted_mchid"])
    if ("jump_url" in fields) != ("jump_url_text" in fields):
        raise param_error("/body/jump_url_text", "须与 jump_url 同时填写")
    for media_id in fields.get("response_images", ()):
        if state.store.get("image", media_id) is None:
            raise param_error("/body/response_images", "没有这张图片")
    _require_open(complaint)
    _count_call(state)
    complaint["complaint_state"] = records.PROCESSING
    complaint["incoming_user_response"] = False
    records.add(
        state,
        complaint,
        "MERCHANT_RESPONSE",
        state.account.mchid,
        fields["response_content"],
        image_ids=fields.get("response_images"),
    )
    records.tell(state, complaint, "MERCHANT_RESPONSE")


def complete(state: PayState, call: PayCall, complaint_id: str) -> None:
    """POST …/{complaint_id}/complete"""
    fields = call.json(COMPLETE)
    complaint = records.find(state, complaint_id)
    _check_merchant(state, fields["complainted_mchid"])
    if complaint["complaint_state"] != records.PROCESSING:
        raise invalid_request("投诉单不是处理中，不能反馈处理完成")
    complaint["complaint_state"] = records.PROCESSED
    records.add(state, complaint, "MERCHANT_CONFIRM_COMPLETE", state.account.mchid, "")
    records.tell(state, complaint, "MERCHANT_CONFIRM_COMPLETE")


def update_refund_progress(state: PayState, call: PayCall, complaint_id: str) -> None:
    """POST …/{complaint_id}/update-refund-progress"""
    fields = call.json(PROGRESS)
    complaint = records.find(state, complaint_id)
    if fields["action"] == "REJECT" and "reject_reason" not in fields:
        raise param_error("/body/reject_reason", "拒绝退款时必填")
    _require_open(complaint)
    if complaint["problem_type"] != "REFUND" or complaint["refund_decision"]:
        raise invalid_request("投诉单没有待处理的退款申请")
    complaint["refund_decision"] = fields["action"]
    if fields["action"] == "APPROVE":
        # The money is another call; it may be there already.
        refunded = records.refunded_fen(state, complaint["order"]["transaction_id"])
        is_there = refunded >= complaint["apply_refund_amount"]
        complaint["complaint_state"] = records.PROCESSED if is_there else records.PROCESSING
        operate_type, action = "MERCHANT_APPROVE_REFUND", "MERCHANT_APPROVE_REFUND"
    else:
        complaint["complaint_state"] = records.PROCESSED
        # WeChat's spelling.
        operate_type, action = "MERCHANT_REFUSE_RERUND", "MERCHANT_REJECT_REFUND"
    details = fields.get("reject_reason", "")
    records.add(state, complaint, operate_type, state.account.mchid, details)
    records.tell(state, complaint, action)


def _require_open(complaint: dict[str, Any]) -> None:
    if complaint["complaint_state"] == records.PROCESSED:
        raise invalid_request("投诉单已处理完成")


def _check_merchant(state: PayState, mchid: str) -> None:
    if mchid != state.account.mchid:
        raise PayRefusal(403, "NO_AUTH", "被诉商户号不是当前商户", inner=268435467)


def _count_call(state: PayState) -> None:
    """So many replies a minute, of all complaints."""
    since = state.now() - MINUTE_SECONDS
    counted = state.store.get("complaint_replies", "") or {"at": []}
    recent = [at for at in counted["at"] if at > since]
    if len(recent) >= state.settings["complaint_replies_a_minute"]:
        raise PayRefusal(429, "FREQUENCY_LIMITED", "回复过于频繁，请稍后再试")
    state.store.put("complaint_replies", "", {"at": [*recent, state.now()]})


def _paged(most: int) -> dict[str, Field]:
    number = text(9, pattern=r"\d+", required=False)

    def check_limit(value: Any, place: str) -> None:
        number.check(value, place)
        if not 1 <= int(value) <= most:
            raise param_error(place, f"须为 1 到 {most}")

    return {"limit": Field(check_limit, required=False), "offset": number}


def _page(fields: dict[str, Any], rows: list[Any], usual: int) -> dict[str, Any]:
    limit, offset = int(fields.get("limit", usual)), int(fields.get("offset", 0))
    part = rows[offset : offset + limit]
    return {"data": part, "limit": limit, "offset": offset, "total_count": len(rows)}


def _day(fields: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(fields[name])
    except ValueError:
        raise param_error(f"/query/{name}", "不是日期") from None
