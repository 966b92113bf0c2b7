"""The smart district: points for payments in member stores, and where members are parked."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from district.wechat.pay.client import PayClient
from district.wechat.pay.fields import from_wire, to_wire, wire
from district.wechat.pay.wire import request_target


@dataclass(frozen=True, kw_only=True)
class CardActivated:
    """MALL_AUTH.ACTIVATE_CARD: a person lets WeChat tell us of payments. No appid and no time are in it."""

    mchid: str = wire("mchid")
    openid: str = wire("openid", is_private=True)
    code: str | None = wire("code", default=None, is_private=True)
    auth_type: str | None = wire("auth_type", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class MallPaymentNotice:
    """MALL_TRANSACTION.SUCCESS: a member paid by WeChat in a store of the district.

    `shop_number` was typed by people, and may be wrong or empty; `commit_tag` is there only when the member asked
    for the points by hand. `transaction_id` is what it is known by.
    """

    mchid: str = wire("mchid")
    appid: str = wire("appid")
    openid: str = wire("openid", is_private=True)
    amount_fen: int = wire("amount")
    time_end: datetime = wire("time_end")
    transaction_id: str = wire("transaction_id")
    merchant_name: str | None = wire("merchant_name", default=None)
    shop_name: str | None = wire("shop_name", default=None)
    shop_number: str | None = wire("shop_number", default=None)
    commit_tag: str | None = wire("commit_tag", default=None)
    code: str | None = wire("code", default=None, is_private=True)
    auth_type: str | None = wire("auth_type", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class MallRefundNotice:
    """MALL_REFUND.SUCCESS: a part of such a payment went back; it may come before we credited the payment.

    `refund_id` is what it is known by.
    """

    mchid: str = wire("mchid")
    appid: str = wire("appid")
    openid: str = wire("openid", is_private=True)
    refund_time: datetime = wire("refund_time")
    pay_amount_fen: int = wire("pay_amount")
    refund_amount_fen: int = wire("refund_amount")
    transaction_id: str = wire("transaction_id")
    refund_id: str = wire("refund_id")
    merchant_name: str | None = wire("merchant_name", default=None)
    shop_name: str | None = wire("shop_name", default=None)
    shop_number: str | None = wire("shop_number", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class PointsUpdate:
    """What a payment brought. Due for every MallPaymentNotice, also without points: else its refunds are not told."""

    transaction_id: str = wire("transaction_id")
    appid: str = wire("appid")
    openid: str = wire("openid", is_private=True)
    earn_points: bool = wire("earn_points")
    increased_points: int = wire("increased_points")
    points_update_time: datetime = wire("points_update_time")
    no_points_remarks: str | None = wire("no_points_remarks", default=None)
    total_points: int | None = wire("total_points", default=None)

    IGNORED: ClassVar = ("sub_mchid",)


class AuthorizationState(StrEnum):
    """States of an authorisation; an unknown one stays the text that it is."""

    AUTHORIZED = "AUTHORIZED"
    UNAUTHORIZED = "UNAUTHORIZED"
    DEAUTHORIZED = "DEAUTHORIZED"


@dataclass(frozen=True, kw_only=True)
class MallAuthorization:
    """Whether a person lets WeChat tell us of payments. No notice says that this ended: ask."""

    openid: str = wire("openid", is_private=True)
    state: str = wire("authorize_state")
    authorize_time: datetime | None = wire("authorize_time", default=None)
    deauthorize_time: datetime | None = wire("deauthorize_time", default=None)

    IGNORED: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True, kw_only=True)
class ParkingState:
    """A member's car came in or went out; while it is in, payments bring points by themselves."""

    brandid: int = wire("brandid")
    appid: str = wire("appid")
    openid: str = wire("openid", is_private=True)
    plate_number: str = wire("plate_number", is_private=True)
    state: str = wire("state")
    time: datetime = wire("time")

    IGNORED: ClassVar = ("sub_mchid",)


def notify_points(client: PayClient, update: PointsUpdate) -> None:
    """The same values may be sent again. Raises ApiError, Unreachable, SignatureRefused."""
    target = request_target("/v3/businesscircle/points/notify")
    client.post("notify points", target, to_wire(update), is_repeatable=True)


def authorization_of(client: PayClient, *, openid: str, appid: str) -> MallAuthorization:
    """Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer."""
    target = request_target(
        "/v3/businesscircle/user-authorizations/{}", openid, query={"appid": appid}
    )
    return from_wire(MallAuthorization, client.get("query authorisation", target))


def has_pending_points(client: PayClient, *, openid: str, appid: str, brandid: int) -> bool:
    """Whether today has payments of that person that no PointsUpdate answered.

    Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
    """
    target = request_target(
        "/v3/businesscircle/users/{}/points/commit_status",
        openid,
        query={"brandid": str(brandid), "appid": appid},
    )
    # Sources disagree on whether "none" is a body or 204.
    return client.get("query pending points", target).get("points_commit_status") == "PENDING"


def report_parking(client: PayClient, parking: ParkingState) -> None:
    """Not repeated by itself: no source says that WeChat takes a second report for the same one.

    Raises ApiError, Unreachable, SignatureRefused.
    """
    target = request_target("/v3/businesscircle/parkings")
    client.post("report parking", target, to_wire(parking), is_repeatable=False)
