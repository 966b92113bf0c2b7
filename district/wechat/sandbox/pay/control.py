"""/_control/pay-…: the person with the phone, the store's terminal, and the operator of WeChat Pay."""

from collections.abc import Callable
from typing import Any

from district.wechat.sandbox.pay import (
    business_circle,
    complaint_control,
    orders,
    parked_cars,
    parking_charges,
    refunds,
)
from district.wechat.sandbox.pay.notices import release_notices
from district.wechat.sandbox.pay.store import Document
from district.wechat.sandbox.state import SandboxState

Fields = dict[str, Any]
PHONE_FIELDS = ("timeStamp", "nonceStr", "package", "signType", "paySign")


def account(state: SandboxState, fields: Fields) -> Fields:
    """Who am I: the merchant, and the settings by which the district talks to this sandbox at `base`."""
    pay = state.pay
    return {
        "mchid": pay.account.mchid,
        "appid": pay.appid,
        "public_key_id": pay.account.public_key_id,
        "certificates": [each.serial for each in pay.account.certificates],
        "environment": pay.account.environment(fields.get("base", "")),
        "settings": pay.settings,
        "now": pay.time(),
    }


def pay_order(state: SandboxState, fields: Fields) -> Fields:
    """Pay an order: out_trade_no, or the parameters that wx.requestPayment gets; perhaps coupon_fen."""
    pay = state.pay
    if "paySign" in fields:
        order: Document | None = orders.order_of_payment(
            pay, {name: fields[name] for name in PHONE_FIELDS}
        )
    else:
        order = orders.find(pay, fields["out_trade_no"])
    if order is None:
        raise ValueError("there is no such order")
    return orders.pay(pay, order, coupon_fen=int(fields.get("coupon_fen", 0)))


def settle_refund(state: SandboxState, fields: Fields) -> Fields:
    """End a refund now: out_refund_no, and perhaps status SUCCESS, ABNORMAL or CLOSED."""
    refund = state.pay.store.get("refund", fields["out_refund_no"])
    outcome = fields.get("status", "SUCCESS")
    if refund is None or refund["status"] != "PROCESSING" or outcome not in refunds.OUTCOMES:
        raise ValueError("there is no such refund in process, or no such status")
    refunds.settle(state.pay, refund, outcome)
    return refunds.refund_view(refund)


def mall_authorize(state: SandboxState, fields: Fields) -> Fields:
    """A person lets the district know of payments: person, perhaps auth_type."""
    openid = state.person(fields["person"]).openid
    auth_type = fields.get("auth_type", business_circle.AUTH_TYPES[1])
    return business_circle.authorize(state.pay, openid, auth_type=auth_type)


def mall_withdraw(state: SandboxState, fields: Fields) -> Fields:
    """A person withdraws that; no notice says so: person."""
    return business_circle.withdraw(state.pay, state.person(fields["person"]).openid)


def mall_payment(state: SandboxState, fields: Fields) -> Fields:
    """A person pays in a store: person, amount_fen, shop_number, perhaps shop_name, asked_by_hand."""
    return business_circle.pay_in_store(
        state.pay,
        state.person(fields["person"]).openid,
        amount_fen=int(fields["amount_fen"]),
        shop_number=fields.get("shop_number", ""),
        shop_name=fields.get("shop_name", ""),
        is_asked_by_hand=_flag(fields.get("asked_by_hand")),
    )


def mall_refund(state: SandboxState, fields: Fields) -> Fields:
    """A store gives back a part: transaction_id, refund_fen; send_anyway: before our points came, too."""
    return business_circle.refund_in_store(
        state.pay,
        fields["transaction_id"],
        refund_fen=int(fields["refund_fen"]),
        is_sent_anyway=_flag(fields.get("send_anyway")),
    )


def plate_service(state: SandboxState, fields: Fields) -> Fields:
    """A plate of a person: person, plate_number, plate_color, service_state NORMAL, PAUSE or OUT_SERVICE; owes, fails_evaluation."""
    return parked_cars.set_service(
        state.pay,
        state.person(fields["person"]).openid,
        plate_number=fields["plate_number"],
        plate_color=fields.get("plate_color", "BLUE"),
        service_state=fields.get("service_state", "NORMAL"),
        owes=_flag(fields.get("owes")),
        fails_evaluation=_flag(fields.get("fails_evaluation")),
    )


def settle_charge(state: SandboxState, fields: Fields) -> Fields:
    """End a parking charge now: out_trade_no, and perhaps outcome SUCCESS, FAIL or ADVANCE."""
    made = parking_charges.find(state.pay, fields["out_trade_no"])
    outcome = fields.get("outcome", "SUCCESS")
    if made is None or made["trade_state"] != "ACCEPTED" or outcome not in parking_charges.OUTCOMES:
        raise ValueError("there is no such charge under way, or no such outcome")
    parking_charges.settle(state.pay, made, outcome)
    return parking_charges.charge_view(state.pay, made)


def repay_charge(state: SandboxState, fields: Fields) -> Fields:
    """The person pays a debt at WeChat: out_trade_no."""
    made = parking_charges.find(state.pay, fields["out_trade_no"])
    if made is None:
        raise ValueError("there is no such charge")
    return parking_charges.repay(state.pay, made)


def documents(state: SandboxState, fields: Fields) -> Fields:
    """Everything of a kind: order, refund, mall_payment, mall_refund, points, parking, authorization, plate_service,
    vehicle_entry, vehicle_charge, complaint."""
    return {"documents": state.pay.store.all(fields["kind"])}


def list_notices(state: SandboxState, fields: Fields) -> Fields:
    """The notices, the oldest first, with what was answered; perhaps only those of one event_type."""
    wished = fields.get("event_type")
    names = ("id", "event_type", "url", "create_time", "attempts", "is_taken")
    return {
        "notices": [
            {name: notice[name] for name in names}
            for notice in state.pay.store.all("notice")
            if wished in {None, notice["event_type"]}
        ]
    }


def deliver(state: SandboxState, fields: Fields) -> Fields:
    """Send a notice now, taken or not: id. With hold_notices on, this is how they are reordered."""
    notice = state.sender.send_now(fields["id"])
    return {"attempts": notice["attempts"], "is_taken": notice["is_taken"]}


def run(state: SandboxState, fields: Fields) -> Fields:
    """Let the clock run over so many seconds, and do everything that is due on the way, each at its time."""
    steps = state.sender.run_for(float(fields["seconds"]), state.advance)
    return {"now": state.pay.time(), "steps": steps}


def clock_speed(state: SandboxState, fields: Fields) -> Fields:
    """How many seconds pass here in one: factor."""
    state.set_speed(float(fields["factor"]))
    return {"now": state.pay.time()}


def settings(state: SandboxState, fields: Fields) -> Fields:
    """Change how WeChat Pay behaves: mall_notify_url, hold_notices, refund_seconds and the like."""
    before = state.pay.settings
    for name, value in fields.items():
        if isinstance(before.get(name), bool):
            fields[name] = _flag(value)
        elif isinstance(before.get(name), float):
            fields[name] = float(value)
    state.pay.change_settings(**fields)
    if before["hold_notices"] and not state.pay.settings["hold_notices"]:
        release_notices(state.pay)
    return state.pay.settings


def rotate_certificate(state: SandboxState, fields: Fields) -> Fields:
    """List a new platform certificate and sign with it from now on."""
    return {"serial": state.pay.rotate_certificate()}


def _flag(value: object) -> bool:
    return str(value).lower() in {"true", "1", "on"}


# These send, and the merchant may call us while it answers: they lock for themselves.
UNLOCKED = {"pay-deliver", "pay-run"}
CONTROLS: dict[str, Callable[[SandboxState, Fields], Fields]] = {
    "pay-account": account,
    "pay-order": pay_order,
    "pay-settle-refund": settle_refund,
    "pay-mall-authorize": mall_authorize,
    "pay-mall-withdraw": mall_withdraw,
    "pay-mall-payment": mall_payment,
    "pay-mall-refund": mall_refund,
    "pay-plate": plate_service,
    "pay-settle-charge": settle_charge,
    "pay-repay-charge": repay_charge,
    "pay-documents": documents,
    "pay-notices": list_notices,
    "pay-deliver": deliver,
    "pay-run": run,
    "pay-settings": settings,
    "pay-rotate-certificate": rotate_certificate,
    "clock-speed": clock_speed,
    **complaint_control.CONTROLS,
}
