"""Plain values that the ledger's functions take; they know no database."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RefundPosting:
    """A refund of a receipt: the money, the points it takes, and the earning it undoes, if whole.

    `frees_number` says that the bill's number may then be told once more.
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
    """What a person says of a receipt whose points wait; approved ones live until `expires_at`."""

    review: int
    approve: bool
    by: int
    note: str
    expires_at: datetime
