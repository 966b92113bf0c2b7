"""What a payment channel must be able to do, in our own words: every channel answers with these.

Calls are made outside of transactions, and made again with the same numbers when their answer is lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from district.kernel.inbox.sources import VerifiedNotice


@dataclass(frozen=True, kw_only=True)
class ChannelOrder:
    """An order as its channel is asked about it; the same values at every call.

    `openid` is that of the payer where the channel wants one, and never part of a log.
    """

    number: str
    amount_fen: int
    description: str
    created_at: datetime
    expires_at: datetime
    openid: str = ""

    def __repr__(self) -> str:
        return f"ChannelOrder({self.number})"


@dataclass(frozen=True)
class Prepared:
    """What the channel keeps an order as, and until when it may be paid by it."""

    reference: str
    valid_until: datetime


class OrderState(StrEnum):
    """What a channel says of an order; `UNKNOWN` when it never got it."""

    UNKNOWN = "unknown"
    UNPAID = "unpaid"
    PAID = "paid"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class ChannelPayment:
    """Money that the channel says has arrived. The channel has checked that it came for us, in yuan."""

    order_number: str
    transaction_id: str
    amount_fen: int
    payer_total_fen: int | None
    paid_at: datetime


@dataclass(frozen=True)
class OrderAnswer:
    """The state of an order, with its payment if it is paid."""

    state: OrderState
    payment: ChannelPayment | None = None


class RefundState(StrEnum):
    """What a channel says of a refund that it has taken."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    ABNORMAL = "abnormal"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class ChannelRefund:
    """A refund to make; the same values at every call."""

    number: str
    order_number: str
    transaction_id: str
    amount_fen: int
    payment_fen: int
    reason: str
    requested_at: datetime


@dataclass(frozen=True, kw_only=True)
class RefundAnswer:
    """A refund as the channel has it."""

    number: str
    refund_id: str
    transaction_id: str
    amount_fen: int
    state: RefundState
    accepted_at: datetime | None = None
    succeeded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelBillLine:
    """A row of a daily bill: a payment, or a refund if it has a `refund_number`."""

    transaction_id: str
    order_number: str
    amount_fen: int
    fee_milli_fen: int
    at: datetime
    refund_number: str = ""
    refund_state: str = ""


class ChannelError(Exception):
    """A call that did not come to what was asked. No text of it holds a secret or personal data."""

    def __init__(self, code: str = "", *, request_id: str = "") -> None:
        super().__init__(code)
        self.code, self.request_id = code, request_id


class ChannelUnavailable(ChannelError):
    """No answer, or one that says "later": what was asked may have been done; ask again with the same number."""


class ChannelRefused(ChannelError):
    """A refusal. It is no proof that nothing was done before: a query is."""


class ContradictingAnswer(ChannelError):
    """An answer or a notice that cannot be true: of another merchant, another sum, or unreadable."""


class OrderIsPaid(ChannelRefused):
    """What was asked is not possible because the order is paid."""


class OrderUnknown(ChannelRefused):
    """The channel has no such order."""


class RefundUnknown(ChannelRefused):
    """The channel has no such refund."""


class CloseTooEarly(ChannelRefused):
    """The channel cannot close an order; it ends by itself at its time."""


class PaymentChannel(Protocol):
    """A channel. Every call may raise ChannelUnavailable, ChannelRefused, ContradictingAnswer."""

    name: str
    label: Any
    # Whether orders are placed for the WeChat account of their payer.
    needs_openid: bool
    # Whether it has daily bills that we read.
    has_bills: bool

    def place(self, order: ChannelOrder) -> Prepared:
        """The order, known to the channel. Again with the same values: the same order. Raises OrderIsPaid."""
        ...

    def payment_parameters(self, reference: str) -> Mapping[str, str]:
        """What the phone needs to pay a prepared order; made without a call."""
        ...

    def query(self, order: ChannelOrder) -> OrderAnswer:
        """The order as the channel has it."""
        ...

    def close(self, order: ChannelOrder) -> None:
        """Nobody can pay it any more. Raises OrderIsPaid, OrderUnknown, CloseTooEarly."""
        ...

    def refund(self, refund: ChannelRefund) -> RefundAnswer:
        """The refund, taken by the channel. Again with the same values: the same refund."""
        ...

    def query_refund(self, refund: ChannelRefund) -> RefundAnswer:
        """The refund as the channel has it. Raises RefundUnknown."""
        ...

    def bill(self, day: date) -> Iterator[ChannelBillLine]:
        """Everything that was paid and refunded on a Shanghai day; nothing on a day without any.

        Raises at its end, too: no row counts before all were read.
        """
        ...


class NoticeReader(Protocol):
    """How notices of a channel are verified, and read into what they say."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> VerifiedNotice:
        """Raises NoticeRefused."""
        ...

    def read(self, body: bytes) -> ChannelPayment | RefundAnswer:
        """Raises ContradictingAnswer."""
        ...
