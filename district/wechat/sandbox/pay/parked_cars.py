"""Parking by payment score: plates that are served, and cars of them that are inside."""

from typing import Any

from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.notices import send_notice
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.refusals import PayRefusal, differs, not_found, param_error
from district.wechat.sandbox.pay.request_schema import address, choice, moment, text, whole
from district.wechat.sandbox.pay.store import Document

COLORS = ("BLUE", "GREEN", "YELLOW", "BLACK", "WHITE", "LIMEGREEN")
SERVICE_STATES = ("NORMAL", "PAUSE", "OUT_SERVICE")
PLATE = {
    "plate_number": text(32, pattern=r"[0-9A-Z\u4e00-\u9fff]+"),
    "plate_color": choice(*COLORS),
}
SERVICE = {"appid": text(32), "openid": text(128), **PLATE}
ENTRY = {
    "out_parking_no": text(64),
    **PLATE,
    "notify_url": address(),
    "start_time": moment(),
    "parking_name": text(128),
    "free_duration": whole(0),
}


def find_service(state: PayState, call: PayCall) -> dict[str, Any]:
    """GET /v3/vehicle/parking/services/find"""
    fields = call.query(SERVICE)
    check_appid(state, fields["appid"])
    known = _service(state, fields)
    # A plate is served for the person who opened it, and for nobody else.
    is_own = known["openid"] == fields["openid"]
    names = ("service_state", "service_open_time") if is_own else ()
    answer = {name: fields[name] for name in ("plate_number", "plate_color", "openid")}
    answer |= {"service_state": "OUT_SERVICE"} | {
        name: known[name] for name in names if known.get(name)
    }
    return answer


def enter(state: PayState, call: PayCall) -> dict[str, Any]:
    """POST /v3/vehicle/parking/parkings: that the car is inside already is the merchant's to refuse; the page warns."""
    request = call.json(ENTRY)
    entry = state.store.get("vehicle_entry", request["out_parking_no"])
    if entry is None:
        entry = {"request": request, "id": state.number("16"), "is_charged": False}
        entry["is_second"] = any(
            _is_of(request, other["request"]) and not other["is_charged"]
            for other in state.store.all("vehicle_entry")
        )
        entry |= _standing(state, request)
        state.store.put("vehicle_entry", request["out_parking_no"], entry)
        state.store.put("vehicle_parking_id", entry["id"], {"key": request["out_parking_no"]})
    elif entry["request"] != request:
        raise differs("停车入场请求重入时，参数")
    answer = request | {"id": entry["id"], "state": entry["state"]}
    return answer | ({"block_reason": entry["reason"]} if entry["reason"] else {})


def set_service(
    state: PayState,
    openid: str,
    *,
    plate_number: str,
    plate_color: str,
    service_state: str,
    owes: bool,
    fails_evaluation: bool,
) -> Document:
    """A person opens, pauses or ends the service of a plate; cars of it that are inside are told of."""
    if service_state not in SERVICE_STATES or plate_color not in COLORS:
        raise param_error("service_state", f"只能是 {SERVICE_STATES}，颜色只能是 {COLORS}")
    plate = {"plate_number": plate_number, "plate_color": plate_color}
    service = {
        **plate,
        "openid": openid,
        "service_state": service_state,
        "service_open_time": state.time() if service_state != "OUT_SERVICE" else "",
        "owes": owes,
        "fails_evaluation": fails_evaluation,
    }
    state.store.put("plate_service", f"{plate_number} {plate_color}", service)
    _tell_of_cars(state, plate)
    return service


def set_debt(state: PayState, plate: Document, *, owes: bool) -> None:
    """Whether the person of a plate owes for a charge: cars of it that are inside are told of."""
    service = _service(state, plate)
    if service["openid"]:
        service["owes"] = owes
        key = f"{service['plate_number']} {service['plate_color']}"
        state.store.put("plate_service", key, service)
        _tell_of_cars(state, service)


def entry_of(state: PayState, parking: Document) -> Document:
    """The entry that a charge names. Raises PayRefusal where it says otherwise than the entry did."""
    known = state.store.get("vehicle_parking_id", parking["parking_id"])
    entry = state.store.get("vehicle_entry", known["key"]) if known else None
    if entry is None:
        raise not_found("RESOURCE_NOT_EXISTS", "没有这个停车入场")
    for name in ("plate_number", "plate_color", "start_time", "parking_name"):
        if parking[name] != entry["request"][name]:
            raise param_error(f"/body/parking_info/{name}", "与入场时不一致")
    return entry


def check_appid(state: PayState, appid: str) -> None:
    """Raises PayRefusal for the appid of somebody else."""
    if appid != state.appid:
        raise PayRefusal(
            400, "APPID_MCHID_NOT_MATCH", "商户号和 appid 没有绑定关系", inner=268445527
        )


def _service(state: PayState, plate: Document) -> Document:
    known = state.store.get("plate_service", f"{plate['plate_number']} {plate['plate_color']}")
    return known or {"openid": "", "service_state": "OUT_SERVICE"}


def _standing(state: PayState, plate: Document) -> Document:
    """Whether a car of that plate may be charged, and if not, why."""
    service = _service(state, plate)
    reason = ""
    if service["service_state"] != "NORMAL":
        reason = service["service_state"]
    elif service["owes"]:
        reason = "OVERDUE"
    elif service["fails_evaluation"]:
        reason = "EVALUATION_FAILED"
    standing = {"state": "BLOCKED" if reason else "NORMAL", "reason": reason}
    return standing | {"openid": service["openid"]}


def _tell_of_cars(state: PayState, plate: Document) -> None:
    """Cars of a plate that are inside stand differently now: between entry and charge their merchant hears of it."""
    for entry in state.store.all("vehicle_entry"):
        request = entry["request"]
        now = _standing(state, request)
        if not _is_of(request, plate) or entry["is_charged"] or now.items() <= entry.items():
            continue
        entry.update(now)
        state.store.put("vehicle_entry", request["out_parking_no"], entry)
        content = {name: value for name, value in request.items() if name != "notify_url"} | {
            "sp_mchid": state.account.mchid,
            "parking_id": entry["id"],
            "parking_state": entry["state"],
            "state_update_time": state.time(),
        }
        if entry["reason"]:
            content["blocked_state_description"] = entry["reason"]
        send_notice(
            state,
            event_type="VEHICLE.ENTRANCE_STATE_CHANGE",
            original_type="vehicle",
            summary="停车入场状态变更",
            url=request["notify_url"],
            content=content,
        )


def _is_of(request: Document, plate: Document) -> bool:
    return all(request[name] == plate[name] for name in PLATE)
