"""Parking by payment score (微信支付分停车): whether a plate is served, that a car came, and the charge when it leaves.

Names differ between calls and notices: the entry answers `state` and `block_reason`, its notice says `parking_state` and
`blocked_state_description`; the merchant is `sp_mchid` here and `mchid` in ordinary payments.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from district.wechat.pay.client import PayClient
from district.wechat.pay.fields import from_wire, to_wire, wire
from district.wechat.pay.orders import Promotion
from district.wechat.pay.wire import request_target

# WeChat's own numbers are strings of 64 at most; what a person reads may be longer.
_LONGEST = {
    "out_parking_no": 64,
    "plate_number": 32,
    "notify_url": 256,
    "parking_name": 128,
    "appid": 32,
    "description": 128,
    "attach": 128,
    "out_trade_no": 32,
    "goods_tag": 32,
    "device_id": 32,
}


class PlateColor(StrEnum):
    """The colours of plates that the service knows."""

    BLUE = "BLUE"
    GREEN = "GREEN"
    YELLOW = "YELLOW"
    BLACK = "BLACK"
    WHITE = "WHITE"
    LIMEGREEN = "LIMEGREEN"


class ServiceState(StrEnum):
    """Whether a plate is served; an unknown one stays the text that it is."""

    NORMAL = "NORMAL"
    PAUSE = "PAUSE"
    OUT_SERVICE = "OUT_SERVICE"


class EntranceState(StrEnum):
    """Whether a car that is inside may be charged; an unknown one stays the text that it is."""

    NORMAL = "NORMAL"
    BLOCKED = "BLOCKED"


class BlockReason(StrEnum):
    """Why a car that is inside cannot be charged; an unknown one stays the text that it is."""

    PAUSE = "PAUSE"
    OVERDUE = "OVERDUE"
    OUT_SERVICE = "OUT_SERVICE"
    EVALUATION_FAILED = "EVALUATION_FAILED"


class ChargeState(StrEnum):
    """States of a charge; an unknown one stays the text that it is. The notice says FAIL where the query says PAY_FAIL."""

    ACCEPTED = "ACCEPTED"
    SUCCESS = "SUCCESS"
    PAY_FAIL = "PAY_FAIL"
    FAIL = "FAIL"
    REFUND = "REFUND"


@dataclass(frozen=True, kw_only=True)
class PlateService:
    """What the service says of a plate of a person. PAUSE and OUT_SERVICE: the person goes to the service's own pages."""

    service_state: str = wire("service_state")
    plate_number: str = wire("plate_number", is_private=True)
    plate_color: str = wire("plate_color")
    openid: str | None = wire("openid", default=None, is_private=True)
    service_open_time: datetime | None = wire("service_open_time", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class ParkingEntry:
    """A car drove in. `out_parking_no` is ours; the very same entry may be reported again, another under its number not.

    That a car is inside already WeChat does not notice: its second entry is the merchant's to refuse.
    Raises ValueError for what is too long, a plate with anything but characters and digits, a colour that is none.
    """

    out_parking_no: str = wire("out_parking_no")
    plate_number: str = wire("plate_number", is_private=True)
    plate_color: PlateColor = wire("plate_color")
    notify_url: str = wire("notify_url")
    start_time: datetime = wire("start_time")
    parking_name: str = wire("parking_name")
    # 0 where nothing is free.
    free_duration_seconds: int = wire("free_duration")

    IGNORED: ClassVar = ("sub_mchid",)

    def __post_init__(self) -> None:
        _require_sizes(self)
        _require_plate(self.plate_number, self.plate_color)
        if self.free_duration_seconds < 0:
            raise ValueError("free_duration is less than nothing")


@dataclass(frozen=True, kw_only=True)
class ReportedEntry:
    """An entry as the call answers it; `parking_id` is WeChat's."""

    parking_id: str = wire("id")
    out_parking_no: str = wire("out_parking_no")
    state: str = wire("state")
    block_reason: str | None = wire("block_reason", default=None)

    # What we sent comes back.
    IGNORED: ClassVar = (
        *("sub_mchid", "plate_number", "plate_color", "notify_url"),
        *("start_time", "parking_name", "free_duration"),
    )


@dataclass(frozen=True, kw_only=True)
class EntranceChange:
    """VEHICLE.ENTRANCE_STATE_CHANGE: whether a car inside may be charged has changed. The newest `state_update_time` counts."""

    sp_mchid: str = wire("sp_mchid")
    parking_id: str = wire("parking_id")
    out_parking_no: str = wire("out_parking_no")
    parking_state: str = wire("parking_state")
    state_update_time: datetime = wire("state_update_time")
    blocked_state_description: str | None = wire("blocked_state_description", default=None)

    # What we sent when the car came.
    IGNORED: ClassVar = (
        *("sub_mchid", "plate_number", "plate_color"),
        *("start_time", "parking_name", "free_duration"),
    )


@dataclass(frozen=True, kw_only=True)
class ChargedParking:
    """Which parking a charge is for; `parking_id` is that of the entry."""

    parking_id: str = wire("parking_id")
    plate_number: str = wire("plate_number", is_private=True)
    plate_color: PlateColor = wire("plate_color")
    start_time: datetime = wire("start_time")
    end_time: datetime = wire("end_time")
    parking_name: str = wire("parking_name")
    charging_seconds: int = wire("charging_duration")
    device_id: str = wire("device_id")

    IGNORED: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        _require_sizes(self)
        _require_plate(self.plate_number, self.plate_color)
        if self.end_time < self.start_time or self.charging_seconds < 0:
            raise ValueError("parking ends before it begins")


@dataclass(frozen=True, kw_only=True)
class ParkingCharge:
    """What a parking costs; `out_trade_no` is ours, and never used again. Raises ValueError for what is too long or free."""

    appid: str = wire("appid")
    description: str = wire("description")
    out_trade_no: str = wire("out_trade_no")
    notify_url: str = wire("notify_url")
    total_fen: int = wire("amount.total")
    parking: ChargedParking = wire("parking_info")
    currency: str = wire("amount.currency", default="CNY")
    trade_scene: str = wire("trade_scene", default="PARKING")
    attach: str | None = wire("attach", default=None, is_private=True)
    goods_tag: str | None = wire("goods_tag", default=None)

    # A direct merchant has no sub-merchants, and shares no profits.
    IGNORED: ClassVar = ("sub_appid", "sub_mchid", "profit_sharing")

    def __post_init__(self) -> None:
        _require_sizes(self)
        if self.total_fen < 1:
            raise ValueError("nothing is not charged")


@dataclass(frozen=True, kw_only=True)
class ParkingTransaction:
    """A charge as WeChat Pay knows it: by the call, the query, or TRANSACTION.SUCCESS, .FAIL and .PAY_BACK.

    ACCEPTED lets the car out; the money comes later or not at all. `bank_type` BPA says that WeChat advanced it, and
    then `user_repaid` whether the person has paid it back. Compare appid, merchant, number and sum before believing it.
    """

    appid: str = wire("appid")
    sp_mchid: str = wire("sp_mchid")
    out_trade_no: str = wire("out_trade_no")
    trade_state: str = wire("trade_state")
    trade_scene: str = wire("trade_scene")
    total_fen: int = wire("amount.total")
    transaction_id: str | None = wire("transaction_id", default=None)
    trade_state_description: str | None = wire("trade_state_description", default=None)
    create_time: datetime | None = wire("create_time", default=None)
    success_time: datetime | None = wire("success_time", default=None)
    bank_type: str | None = wire("bank_type", default=None)
    user_repaid: str | None = wire("user_repaid", default=None)
    attach: str | None = wire("attach", default=None, is_private=True)
    openid: str | None = wire("payer.openid", default=None, is_private=True)
    currency: str | None = wire("amount.currency", default=None)
    payer_total_fen: int | None = wire("amount.payer_total", default=None)
    discount_total_fen: int | None = wire("amount.discount_total", default=None)
    promotions: tuple[Promotion, ...] = wire("promotion_detail", default=())

    # A direct merchant has no sub-merchants; the parking is what we sent.
    IGNORED: ClassVar = (
        *("sub_appid", "sub_mchid", "payer.sub_openid", "description", "parking_info"),
    )


def plate_service_of(
    client: PayClient, *, appid: str, plate_number: str, plate_color: PlateColor, openid: str
) -> PlateService:
    """Whether a person's plate is served. Hanzi are percent-encoded before they are signed.

    Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer, and ValueError for what is no plate.
    """
    _require_plate(plate_number, plate_color)
    target = request_target(
        "/v3/vehicle/parking/services/find",
        query={
            "appid": appid,
            "plate_number": plate_number,
            "plate_color": plate_color,
            "openid": openid,
        },
    )
    return from_wire(PlateService, client.get("find plate service", target))


def report_entry(client: PayClient, entry: ParkingEntry) -> ReportedEntry:
    """The same entry may be sent again, and is answered the same.

    Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
    """
    target = request_target("/v3/vehicle/parking/parkings")
    answer = client.post("report entry", target, to_wire(entry), is_repeatable=True)
    return from_wire(ReportedEntry, answer)


def charge_parking(client: PayClient, charge: ParkingCharge) -> ParkingTransaction:
    """The charge, taken or refused; only ACCEPTED and SUCCESS let the car out. The same one may be sent again.

    Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
    """
    target = request_target("/v3/vehicle/transactions/parking")
    answer = client.post("charge parking", target, to_wire(charge), is_repeatable=True)
    return _read(client, answer)


def charge_by_out_trade_no(client: PayClient, out_trade_no: str) -> ParkingTransaction:
    """Raises ApiError (404 ORDER_NOT_EXIST), Unreachable, SignatureRefused, UnreadableAnswer."""
    target = request_target("/v3/vehicle/transactions/out-trade-no/{}", out_trade_no)
    return _read(client, client.get("query parking charge", target))


def _read(client: PayClient, answer: Mapping[str, Any]) -> ParkingTransaction:
    # A direct merchant's answer need not name it: the signed call did.
    return from_wire(ParkingTransaction, {"sp_mchid": client.merchant.mchid} | dict(answer))


def _require_sizes(row: Any) -> None:
    for name, longest in _LONGEST.items():
        value = getattr(row, name, None)
        if value is not None and not 0 < len(value) <= longest:
            raise ValueError(f"{name} has 1 to {longest} characters")


def _require_plate(number: str, color: str) -> None:
    if not number.isalnum():
        raise ValueError("a plate has no special characters")
    if color not in set(PlateColor):
        raise ValueError("no such colour of plates")
