"""Charges of parking by payment score: taken first, and paid later or not."""

from typing import Any

from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.notices import send_notice
from district.wechat.sandbox.pay.orders import TRADE_NO
from district.wechat.sandbox.pay.parked_cars import PLATE, check_appid, entry_of, set_debt
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.refusals import PayRefusal, differs, invalid_request, not_found
from district.wechat.sandbox.pay.request_schema import address, choice, moment, nested, text, whole
from district.wechat.sandbox.pay.store import Document

# ADVANCE: the person did not pay, WeChat did.
OUTCOMES = ("SUCCESS", "FAIL", "ADVANCE")
CHARGE = {
    "appid": text(32),
    "description": text(128),
    "attach": text(128, required=False),
    "out_trade_no": text(32, pattern=TRADE_NO),
    "trade_scene": choice("PARKING"),
    "goods_tag": text(32, required=False),
    "notify_url": address(),
    "profit_sharing": choice("Y", "N", required=False),
    "amount": nested({"total": whole(1), "currency": choice("CNY", required=False)}),
    "parking_info": nested(
        {
            "parking_id": text(32),
            **PLATE,
            "start_time": moment(),
            "end_time": moment(),
            "parking_name": text(128),
            "charging_duration": whole(0),
            "device_id": text(32),
        }
    ),
}
_WORDS = {
    "ACCEPTED": "已受理，扣款中",
    "SUCCESS": "支付成功",
    "PAY_FAIL": "扣款失败",
    "REFUND": "转入退款",
}


def charge(state: PayState, call: PayCall) -> dict[str, Any]:
    """POST /v3/vehicle/transactions/parking: taken now, paid later."""
    request = call.json(CHARGE)
    check_appid(state, request["appid"])
    earlier = find(state, request["out_trade_no"])
    if earlier is not None:
        if earlier["request"] != request:
            raise differs("扣费请求重入时，参数")
        return charge_view(state, earlier)
    if state.store.get("order", request["out_trade_no"]):
        raise PayRefusal(403, "OUT_TRADE_NO_USED", "商户订单号已被使用")
    entry = entry_of(state, request["parking_info"])
    if entry["is_charged"]:
        raise invalid_request("该停车已有扣费")
    if entry["state"] != "NORMAL":
        raise PayRefusal(403, "RULE_LIMIT", f"车辆状态受限：{entry['reason']}")
    made = {
        "request": request,
        "trade_state": "ACCEPTED",
        "create_time": state.time(),
        "transaction_id": state.number("42"),
        "openid": entry["openid"],
        "coupon_fen": 0,
    }
    entry["is_charged"] = True
    state.store.put("vehicle_entry", entry["request"]["out_parking_no"], entry)
    state.store.put(
        "transaction", made["transaction_id"], {"out_trade_no": request["out_trade_no"]}
    )
    save(state, made, due=state.now() + state.settings["charge_seconds"])
    state.due_changed.notify_all()
    return charge_view(state, made)


def query(state: PayState, call: PayCall, number: str) -> dict[str, Any]:
    """GET /v3/vehicle/transactions/out-trade-no/{out_trade_no}"""
    call.query({})
    found = find(state, number)
    if found is None:
        raise not_found("ORDER_NOT_EXIST", "订单不存在")
    return charge_view(state, found)


def settle(state: PayState, made: Document, outcome: str = "") -> None:
    """The money comes, WeChat advances it, or it does not come; the notice goes out."""
    wanted = outcome or state.settings["charge_outcome"]
    if wanted == "FAIL":
        made["trade_state"] = "PAY_FAIL"
        set_debt(state, made["request"]["parking_info"], owes=True)
    else:
        made |= _paid(state, bank_type="BPA" if wanted == "ADVANCE" else "OTHERS")
    if wanted == "ADVANCE":
        made["user_repaid"] = "N"
        set_debt(state, made["request"]["parking_info"], owes=True)
    save(state, made)
    _tell(state, made, "FAIL" if wanted == "FAIL" else "SUCCESS")


def repay(state: PayState, made: Document) -> dict[str, Any]:
    """The person pays the debt at WeChat. Raises PayRefusal where there is none."""
    owes = made["trade_state"] == "PAY_FAIL" or made.get("user_repaid") == "N"
    if not owes:
        raise invalid_request("该订单没有欠费")
    if made["trade_state"] == "PAY_FAIL":
        made |= _paid(state, bank_type="BPA")
    made["user_repaid"] = "Y"
    save(state, made)
    set_debt(state, made["request"]["parking_info"], owes=False)
    _tell(state, made, "PAY_BACK")
    return charge_view(state, made)


def find(state: PayState, out_trade_no: str) -> Document | None:
    """The charge."""
    return state.store.get("vehicle_charge", out_trade_no)


def save(state: PayState, made: Document, *, due: float | None = None) -> None:
    """Keep the charge."""
    state.store.put("vehicle_charge", made["request"]["out_trade_no"], made, due=due)


def charges_as_orders(state: PayState) -> list[Document]:
    """The charges with what an order has and a charge says elsewhere, for the bills."""
    return [
        made
        | {
            "request": made["request"]
            | {"mchid": state.account.mchid, "payer": {"openid": made["openid"]}}
        }
        for made in state.store.all("vehicle_charge")
    ]


def charge_view(state: PayState, made: Document) -> dict[str, Any]:
    """A charge as the call, the query and, but for one word, notices show it."""
    request, total = made["request"], made["request"]["amount"]["total"]
    view = {
        **{name: request[name] for name in ("appid", "description", "out_trade_no")},
        "sp_mchid": state.account.mchid,
        "create_time": made["create_time"],
        "transaction_id": made["transaction_id"],
        "trade_state": made["trade_state"],
        "trade_state_description": _WORDS[made["trade_state"]],
        "attach": request.get("attach", ""),
        "trade_scene": "PARKING",
        "parking_info": request["parking_info"],
        "payer": {"openid": made["openid"]},
        "amount": {
            "total": total,
            "currency": "CNY",
            "payer_total": total,
            "discount_total": 0,
        },
    }
    return view | {
        name: made[name] for name in ("success_time", "bank_type", "user_repaid") if name in made
    }


def _paid(state: PayState, *, bank_type: str) -> dict[str, Any]:
    return {
        "trade_state": "SUCCESS",
        "success_at": state.now(),
        "success_time": state.time(),
        "bank_type": bank_type,
    }


def _tell(state: PayState, made: Document, event: str) -> None:
    # The failure has one name in notices and another in answers.
    named = {"trade_state": "FAIL"} if event == "FAIL" else {}
    send_notice(
        state,
        event_type=f"TRANSACTION.{event}",
        original_type="transaction",
        summary={"SUCCESS": "支付成功", "FAIL": "支付失败", "PAY_BACK": "还款成功"}[event],
        url=made["request"]["notify_url"],
        content=charge_view(state, made) | named,
    )
