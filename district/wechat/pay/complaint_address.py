"""Where WeChat Pay sends the notices of complaints: one address of a merchant, registered by a call."""

from dataclasses import dataclass
from typing import ClassVar

from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import ApiError
from district.wechat.pay.fields import from_wire, wire
from district.wechat.pay.wire import request_target

_ADDRESS = "/v3/merchant-service/complaint-notifications"
_NOT_FOUND = 404


@dataclass(frozen=True, kw_only=True)
class NotificationAddress:
    """The address, https in production, and whose it is."""

    mchid: str = wire("mchid")
    url: str = wire("url")

    IGNORED: ClassVar[tuple[str, ...]] = ()


def notification_address(client: PayClient) -> NotificationAddress | None:
    """None where none is registered. Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer."""
    try:
        answer = client.get("query complaint address", request_target(_ADDRESS))
    except ApiError as error:
        if error.status == _NOT_FOUND:
            return None
        raise
    return from_wire(NotificationAddress, answer)


def create_notification_address(client: PayClient, url: str) -> NotificationAddress:
    """The first one. Raises ApiError (400 where one is there), Unreachable, SignatureRefused, UnreadableAnswer."""
    target = request_target(_ADDRESS)
    answer = client.post("create complaint address", target, {"url": url}, is_repeatable=False)
    return from_wire(NotificationAddress, answer)


def change_notification_address(client: PayClient, url: str) -> NotificationAddress:
    """Another one. Raises ApiError (404 where none is there), Unreachable, SignatureRefused, UnreadableAnswer."""
    answer = client.put("change complaint address", request_target(_ADDRESS), {"url": url})
    return from_wire(NotificationAddress, answer)


def delete_notification_address(client: PayClient) -> None:
    """Nothing rings any more. Raises ApiError (404 where none is there), Unreachable, SignatureRefused."""
    client.delete("delete complaint address", request_target(_ADDRESS))
