"""The events of the ledger. The SQL functions write them, in the posting's transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReceiptPosted:
    """A purchase is in the ledger, also one that earned no point; what follows a purchase hangs here."""

    receipt: int
    member: int
    merchant: int
    store: int
    points: int


@dataclass(frozen=True)
class PointsEarned:
    """A purchase earned points; one that earned none reports only that it was posted."""

    transfer: int
    receipt: int
    member: int
    merchant: int
    store: int
    points: int


@dataclass(frozen=True)
class PointsSpent:
    transfer: int
    member: int
    merchant: int
    store: int
    points: int


@dataclass(frozen=True)
class PointsExpired:
    transfer: int
    member: int
    points: int


@dataclass(frozen=True)
class TransferReversed:
    transfer: int
    reverses: int
    member: int
    points: int


@dataclass(frozen=True)
class PointsActivated:
    """Pending points became spendable."""

    transfer: int
    member: int
    points: int


@dataclass(frozen=True)
class PointsHeld:
    """Points were set aside; with the purpose `confirm` the member is asked on the phone."""

    hold: int
    member: int
    merchant: int
    store: int
    points: int
    purpose: str


@dataclass(frozen=True)
class HoldEnded:
    """A hold was captured, voided or ran out."""

    hold: int
    member: int
    merchant: int
    state: str
    captured: int
    points: int


@dataclass(frozen=True)
class ReceiptRefunded:
    """A refund took points back; `owed` of them the member owes from now on."""

    refund: int
    receipt: int
    member: int
    merchant: int
    points: int
    owed: int


@dataclass(frozen=True)
class PointsAdjusted:
    """An approved correction by hand; negative when points were taken."""

    transfer: int
    member: int
    points: int


@dataclass(frozen=True)
class AccountsMerged:
    """Two accounts of one person became one."""

    source: int
    into: int
    points: int


@dataclass(frozen=True)
class PointsExpiring:
    """A member is to be warned that points end soon; once for each day on which some end."""

    member: int
    points: int
    expires_at: str


@dataclass(frozen=True)
class PrefundLow:
    """A merchant's prefund is down to a fifth, or (`used_up`) used up."""

    merchant: int
    left_fen: int
    used_up: bool


@dataclass(frozen=True)
class EarningWaits:
    """A receipt's points are above a ceiling: they wait for a person, and somebody should be notified."""

    review: int
    receipt: int
    member: int
    merchant: int
    points: int


@dataclass(frozen=True)
class EarningReviewed:
    """A person decided on a receipt that waited: so many points go to the member, or back to the issuer."""

    review: int
    receipt: int
    member: int
    merchant: int
    points: int
    approved: bool
