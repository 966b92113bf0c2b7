"""Plain values that the verbs of the business circle take; they know no database."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ReportedAuthorization:
    """A person lets WeChat tell us of payments in member stores; `kind` is WeChat's word for how."""

    openid: str = field(repr=False)
    kind: str
    authorized_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReportedPayment:
    """A payment in a store, as WeChat reports it; number and name of the shop were typed by people."""

    transaction_id: str
    openid: str = field(repr=False)
    amount_fen: int
    paid_at: datetime
    shop_number: str
    shop_name: str
    is_requested: bool


@dataclass(frozen=True, kw_only=True)
class ReportedRefund:
    """A part of such a payment that went back; `payment_fen` is what the whole payment was."""

    refund_id: str
    transaction_id: str
    refund_fen: int
    payment_fen: int
    refunded_at: datetime
