"""The events of payments, written with the change that made them true."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderPaid:
    """The one payment of an order was accepted; `subject` is what the app that placed it called its own."""

    order: int
    purpose: str
    subject: str
    member: int
    merchant: int | None
    amount_fen: int


@dataclass(frozen=True)
class OrderClosed:
    """Nobody can pay the order any more; the app may place another one for the same subject."""

    order: int
    purpose: str
    subject: str
    member: int
    reason: str


@dataclass(frozen=True)
class PaymentRefunded:
    """A refund reached the payer; `refunded_fen` is what the payment gave back so far, `left_fen` what it kept."""

    refund: int
    order: int
    purpose: str
    subject: str
    member: int
    amount_fen: int
    refunded_fen: int
    left_fen: int


@dataclass(frozen=True)
class RefundFailed:
    """The channel closed a refund: nothing came back, and its amount may be refunded anew."""

    refund: int
    order: int
    purpose: str
    subject: str
    member: int
    amount_fen: int


@dataclass(frozen=True)
class SurplusReturned:
    """Money that nobody owed is back with its payer; no order for what an unknown number named."""

    refund: int
    order: int | None
    amount_fen: int
    cause: str


@dataclass(frozen=True)
class DifferenceFound:
    """A channel's bill and our books do not agree."""

    difference: int
    channel: str
    kind: str
    amount_fen: int
