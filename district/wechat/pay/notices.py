"""What WeChat Pay sends by itself: verified over the raw bytes, decrypted, read into a dataclass.

Answer 200 or 204 to take a notice; anything else, or five seconds of silence, brings it again up to 15 times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from district.wechat.pay import signatures
from district.wechat.pay.business_circle import CardActivated, MallPaymentNotice, MallRefundNotice
from district.wechat.pay.complaints import ComplaintNotice
from district.wechat.pay.errors import UnknownEvent, UnreadableAnswer
from district.wechat.pay.fields import from_wire, wire
from district.wechat.pay.keys import PlatformKeys
from district.wechat.pay.orders import Transaction
from district.wechat.pay.parking import EntranceChange, ParkingTransaction
from district.wechat.pay.refunds import RefundNotice
from district.wechat.pay.resources import decrypt_object
from district.wechat.pay.wire import read_json_object

Content = (
    Transaction
    | RefundNotice
    | CardActivated
    | MallPaymentNotice
    | MallRefundNotice
    | EntranceChange
    | ParkingTransaction
    | ComplaintNotice
)
Contents = Mapping[str, type[Content]]
CONTENTS: Contents = {
    "TRANSACTION.SUCCESS": Transaction,
    "REFUND.SUCCESS": RefundNotice,
    "REFUND.ABNORMAL": RefundNotice,
    "REFUND.CLOSED": RefundNotice,
    "MALL_AUTH.ACTIVATE_CARD": CardActivated,
    "MALL_TRANSACTION.SUCCESS": MallPaymentNotice,
    "MALL_REFUND.SUCCESS": MallRefundNotice,
}
# Their own, for TRANSACTION.SUCCESS is that of ordinary payments too: who has an address for parking reads these there.
PARKING_CONTENTS: Contents = {
    "VEHICLE.ENTRANCE_STATE_CHANGE": EntranceChange,
    "TRANSACTION.SUCCESS": ParkingTransaction,
    "TRANSACTION.FAIL": ParkingTransaction,
    "TRANSACTION.PAY_BACK": ParkingTransaction,
}
# They come to the address that was registered for them, and nothing else does.
COMPLAINT_CONTENTS: Contents = {
    "COMPLAINT.CREATE": ComplaintNotice,
    "COMPLAINT.STATE_CHANGE": ComplaintNotice,
}


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What is around the encrypted part. A repetition may come in a new envelope: know things by their own numbers."""

    notice_id: str = wire("id")
    create_time: datetime = wire("create_time")
    event_type: str = wire("event_type")
    original_type: str | None = wire("resource.original_type", default=None)

    # Fixed words, and what is needed only to open the resource.
    IGNORED: ClassVar = (
        "resource_type",
        "summary",
        "resource.algorithm",
        "resource.ciphertext",
        "resource.nonce",
        "resource.associated_data",
    )


@dataclass(frozen=True)
class PayNotice:
    """A notice that was read."""

    envelope: Envelope
    content: Content


def verify_notice(
    headers: Mapping[str, str], body: bytes, *, platform: PlatformKeys, now: datetime
) -> str:
    """The id of the key that signed it. Raises BadSignature, SignatureProbe, StaleTimestamp, UnknownKey."""
    return signatures.verify(headers, body, platform=platform, now=now)


def read_envelope(body: bytes) -> Envelope:
    """Raises UnreadableAnswer."""
    return from_wire(Envelope, _object_in(body))


def open_resource(body: bytes, api_v3_keys: Sequence[bytes]) -> dict[str, Any]:
    """The decrypted object of any notice, of those too that `read_notice` does not know.

    Raises Undecryptable, UnreadableAnswer.
    """
    resource = _object_in(body).get("resource")
    if not isinstance(resource, dict):
        raise UnreadableAnswer("the notice lacks resource")
    return decrypt_object(resource, api_v3_keys)


def read_notice(
    body: bytes, api_v3_keys: Sequence[bytes], contents: Contents = CONTENTS
) -> PayNotice:
    """Envelope and content of a verified notice. Raises Undecryptable, UnreadableAnswer, UnknownEvent."""
    envelope = read_envelope(body)
    if envelope.event_type not in contents:
        raise UnknownEvent(envelope.event_type)
    content = open_resource(body, api_v3_keys)
    return PayNotice(envelope, from_wire(contents[envelope.event_type], content))


def _object_in(body: bytes) -> dict[str, Any]:
    value = read_json_object(body)
    if value is None:
        raise UnreadableAnswer("the notice is no JSON object")
    return value
