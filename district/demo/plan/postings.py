"""What happens at the tills, each posting at its instant."""

from dataclasses import dataclass
from datetime import datetime

from district.demo.plan.stores import PlannedStore


@dataclass(slots=True, eq=False)
class PlannedPosting:
    """Something a member does or undergoes at a store; `key` names it for ever."""

    key: str
    at: datetime
    member: int
    store: PlannedStore


@dataclass(slots=True, eq=False)
class PlannedPurchase(PlannedPosting):
    """A receipt that is posted `at`, and what it earns."""

    paid_fen: int
    paid_at: datetime
    points: int
    receipt_no: str = ""


@dataclass(slots=True, eq=False)
class PlannedSpending(PlannedPosting):
    """Points a member pays with."""

    points: int
    request_no: str = ""


@dataclass(slots=True, eq=False)
class PlannedReversal(PlannedPosting):
    """The till undoes an earlier posting of its own."""

    of: PlannedPurchase | PlannedSpending
    reason: str
