"""Which address of api.mch.weixin.qq.com is answered by what."""

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import unquote

from district.wechat.sandbox.pay import (
    bills,
    business_circle,
    complaint_media,
    complaints,
    orders,
    parked_cars,
    parking_charges,
    refunds,
)
from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.notices import seal
from district.wechat.sandbox.pay.pay_state import PayState

# An object, nothing (204), or a file.
PayAnswer = dict[str, Any] | bytes | None


def certificates(state: PayState, call: PayCall) -> dict[str, Any]:
    """GET /v3/certificates"""
    call.query({})
    return {
        "data": [
            {
                "serial_no": each.serial,
                "effective_time": each.certificate.not_valid_before_utc.isoformat(),
                "expire_time": each.certificate.not_valid_after_utc.isoformat(),
                "encrypt_certificate": seal(each.pem, state.account.api_v3_key, "certificate"),
            }
            for each in state.account.certificates
        ]
    }


class PayRoute(NamedTuple):
    """An address: the name that faults and counters know it by, and what answers."""

    name: str
    method: str
    path: str
    answer: Callable[..., PayAnswer]

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "([^/]+)", self.path))


_COMPLAINTS = "/v3/merchant-service/complaints-v2"
_COMPLAINT = _COMPLAINTS + "/{complaint_id}"
_ADDRESS = "/v3/merchant-service/complaint-notifications"
_IMAGES = "/v3/merchant-service/images"
ROUTES = (
    PayRoute("place_order", "POST", "/v3/pay/transactions/jsapi", orders.place),
    PayRoute(
        "query_order",
        "GET",
        "/v3/pay/transactions/out-trade-no/{out_trade_no}",
        orders.query_by_out_trade_no,
    ),
    PayRoute(
        "query_transaction",
        "GET",
        "/v3/pay/transactions/id/{transaction_id}",
        orders.query_by_transaction_id,
    ),
    PayRoute(
        "close_order",
        "POST",
        "/v3/pay/transactions/out-trade-no/{out_trade_no}/close",
        orders.close,
    ),
    PayRoute("request_refund", "POST", "/v3/refund/domestic/refunds", refunds.request),
    PayRoute("query_refund", "GET", "/v3/refund/domestic/refunds/{out_refund_no}", refunds.query),
    PayRoute("trade_bill", "GET", "/v3/bill/tradebill", bills.trade_bill),
    PayRoute("fund_flow_bill", "GET", "/v3/bill/fundflowbill", bills.fund_flow_bill),
    PayRoute("download_bill", "GET", "/v3/billdownload/file", bills.download),
    PayRoute(
        "notify_points",
        "POST",
        "/v3/businesscircle/points/notify",
        business_circle.notify_points,
    ),
    PayRoute(
        "query_authorization",
        "GET",
        "/v3/businesscircle/user-authorizations/{openid}",
        business_circle.query_authorization,
    ),
    PayRoute(
        "query_commit_status",
        "GET",
        "/v3/businesscircle/users/{openid}/points/commit_status",
        business_circle.query_commit_status,
    ),
    PayRoute(
        "report_parking", "POST", "/v3/businesscircle/parkings", business_circle.report_parking
    ),
    PayRoute(
        "find_plate_service",
        "GET",
        "/v3/vehicle/parking/services/find",
        parked_cars.find_service,
    ),
    PayRoute("report_entry", "POST", "/v3/vehicle/parking/parkings", parked_cars.enter),
    PayRoute("charge_parking", "POST", "/v3/vehicle/transactions/parking", parking_charges.charge),
    PayRoute(
        "query_charge",
        "GET",
        "/v3/vehicle/transactions/out-trade-no/{out_trade_no}",
        parking_charges.query,
    ),
    PayRoute("list_complaints", "GET", _COMPLAINTS, complaints.list_complaints),
    PayRoute("query_complaint", "GET", _COMPLAINT, complaints.query_complaint),
    PayRoute(
        "query_negotiation",
        "GET",
        f"{_COMPLAINT}/negotiation-historys",
        complaints.query_negotiation,
    ),
    PayRoute("reply_complaint", "POST", f"{_COMPLAINT}/response", complaints.reply),
    PayRoute("complete_complaint", "POST", f"{_COMPLAINT}/complete", complaints.complete),
    PayRoute(
        "update_refund_progress",
        "POST",
        f"{_COMPLAINT}/update-refund-progress",
        complaints.update_refund_progress,
    ),
    PayRoute("create_complaint_address", "POST", _ADDRESS, complaint_media.create_address),
    PayRoute("query_complaint_address", "GET", _ADDRESS, complaint_media.query_address),
    PayRoute("change_complaint_address", "PUT", _ADDRESS, complaint_media.change_address),
    PayRoute("delete_complaint_address", "DELETE", _ADDRESS, complaint_media.delete_address),
    PayRoute("upload_image", "POST", f"{_IMAGES}/upload", complaint_media.upload_image),
    PayRoute("query_image", "GET", _IMAGES + "/{media_id}", complaint_media.query_image),
    PayRoute("certificates", "GET", "/v3/certificates", certificates),
)
NAMES = {route.name for route in ROUTES}
_NEEDS_BASE = {"trade_bill", "fund_flow_bill"}
_PATTERNS = [(route, route.pattern) for route in ROUTES]


def route_of(call: PayCall) -> tuple[PayRoute, list[str]] | None:
    """The route of a call, and what stands in its path."""
    for route, pattern in _PATTERNS:
        if call.method == route.method and (match := pattern.fullmatch(call.path)):
            return route, [unquote(part) for part in match.groups()]
    return None


def answer(state: PayState, call: PayCall, base: str) -> tuple[int, bytes, bool]:
    """Status, body, and whether it is a file. Raises PayRefusal, KeyError for an address that is not there."""
    found = route_of(call)
    if found is None:
        raise KeyError(call.path)
    route, parts = found
    given = route.answer(state, call, *parts, *([base] if route.name in _NEEDS_BASE else []))
    if isinstance(given, bytes):
        return 200, given, True
    if given is None:
        return 204, b"", False
    return 200, json.dumps(given, ensure_ascii=False).encode(), False
