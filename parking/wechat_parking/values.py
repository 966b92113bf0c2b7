"""What WeChat reports of parked cars, and what a gate hears that asks whether one may leave. Knows no database."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class ReportedEntrance:
    """Whether a car inside may be charged since an instant; `number` is that of our stay."""

    number: str
    parking_id: str
    is_blocked: bool
    reason: str
    changed_at: datetime


@dataclass(frozen=True)
class ReportedCharge:
    """A charge as WeChat knows it: `state` is `accepted`, `paid` or `failed`."""

    number: str
    state: str
    amount_fen: int
    word: str
    transaction_id: str = ""
    paid_at: datetime | None = None
    payer_total_fen: int | None = None
    is_advanced: bool = False
    is_repaid: bool | None = None
    failure: str = ""


class LeaveReason(StrEnum):
    """Why a car may leave, or may not yet."""

    NOTHING_DUE = "nothing_due"
    PAID = "paid"
    # WeChat has taken the charge: money comes later, or arrears.
    CHARGE_ACCEPTED = "charge_accepted"
    PAYS_AFTER_LEAVING = "pays_after_leaving"
    PAYMENT_DUE = "payment_due"
    # WeChat has not answered: ask again in some seconds.
    CHARGE_UNSURE = "charge_unsure"
    # We know of no such car inside; the lane decides by itself.
    NO_STAY = "no_stay"

    @property
    def may_leave(self) -> bool:
        """Whether we say that it may; a lane may always open by itself."""
        return self not in {self.PAYMENT_DUE, self.CHARGE_UNSURE, self.NO_STAY}


@dataclass(frozen=True)
class LeaveAnswer:
    """What a gate hears; `due_fen` is what is still to be paid there."""

    reason: LeaveReason
    due_fen: int = 0
    stay: str | None = None
