"""Plain values that the ledger's functions take and return; they know no database."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PostingContext:
    """Where a posting happens and who causes it, as ids; in no store where a member does it on the phone."""

    merchant: int
    store: int | None
    actor: str


@dataclass(frozen=True)
class ReportedPurchase:
    """A purchase as the till knows it; the fingerprint is the same whichever way it is reported.

    `distinct_as` separates it from one that looks the same; `reported_at` is when it was reported, if that
    was before it is posted: a member is not late because a clerk was.
    """

    receipt_no: str
    paid_fen: int
    paid_at: datetime
    source: str
    fingerprint: bytes | None = None
    distinct_as: str = ""
    reported_at: datetime | None = None


@dataclass(frozen=True)
class Fallback:
    """What a receipt earns at the alliance's expense once its merchant's prefund has run out."""

    issuer: int
    points: int
    rate_points: int
    rate_per_fen: int
    price_milli_fen: int


@dataclass(frozen=True)
class Grant:
    """What a receipt earns: points and their rate, their price to the issuer, the day they become
    spendable and their exclusive end, the terms used, and the fallback of a merchant that prefunds."""

    points: int
    rate_points: int
    rate_per_fen: int
    price_milli_fen: int
    active_from: datetime
    expires_at: datetime
    terms: int
    fallback: Fallback | None = None


@dataclass(frozen=True, slots=True)
class PostedTransfer:
    """A transfer just written, and the spendable points of the account behind it."""

    public_id: str
    pk: int
    available: int


@dataclass(frozen=True, slots=True)
class PostedReceipt:
    """A receipt in the ledger; `transfer` is what it earned. Of a repeated key only the number is known.

    `waiting` counts the refunds that were parked for it; `review` is the number of the review its
    points wait for, when they are above a ceiling.
    """

    pk: int
    repeated: bool = False
    transfer: PostedTransfer | None = None
    granted: int = 0
    repaid: int = 0
    waiting: int = 0
    review: int | None = None


@dataclass(frozen=True, slots=True)
class PostedSpending:
    """A transfer just written, and the spendable points of the account behind it.

    Of a repeated key only the number is known: a transfer's, or a hold's, see `idempotency.kind_of`.
    """

    pk: int
    repeated: bool = False
    public_id: str = ""
    available: int = 0


@dataclass(frozen=True)
class HoldRequest:
    """What a hold sets aside, for what and until when; `grace_days` for points that end meanwhile."""

    points: int
    request_no: str
    purpose: str
    expires_at: datetime
    grace_days: int


@dataclass(frozen=True)
class RefundPosting:
    """A refund of a receipt: the money, the points it takes, and the earning it undoes, if whole.

    `frees_number`: the bill's number may then be reported once more.
    """

    receipt: int
    refund_no: str
    fen: int
    points: int
    reverses: int | None = None
    frees_number: bool = False
    reason: str = ""


@dataclass(frozen=True)
class ReviewDecision:
    """What a person decides about a receipt whose points wait; approved ones live until `expires_at`."""

    review: int
    approve: bool
    by: int
    note: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AlliancePolicyValues:
    """What holds for everybody's points: this, until the operator sets other values.

    Times in minutes and days, limits in points, the fallback's price and what a point takes off a bill in
    thousandths of a fen.

    The party `breakage_to` (its pk) keeps what nobody spent, None: back to whoever issued it. From `confirm_from` points
    on the member confirms a spending on the phone, None: never. Points of a receipt above a ceiling wait
    for a person, None: no ceiling; from `review_by_two_from_points` on for two.
    """

    breakage_to: int | None = None
    hold_minutes: int = 120
    grace_days: int = 7
    confirm_from: int | None = 20_000
    confirm_minutes: int = 5
    fallback_points: int = 1
    fallback_per_fen: int = 200
    fallback_price_milli_fen: int = 1000
    warn_days: int = 30
    adjust_limit: int = 10_000
    adjust_day_limit: int = 50_000
    point_value_milli_fen: int = 1000
    receipt_ceiling_points: int | None = 50_000
    member_day_ceiling_points: int | None = 200_000
    key_day_ceiling_points: int | None = 1_000_000
    merchant_day_ceiling_points: int | None = 3_000_000
    review_by_two_from_points: int = 500_000
