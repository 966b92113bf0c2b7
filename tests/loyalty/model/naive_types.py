"""What the naive model keeps: plain things with plain fields, and a calendar of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class ModelRefusal(Exception):
    """What the ledger must refuse, by its code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def days_on(at, days):
    """The midnight that begins the Shanghai day so many days after the day of `at`."""
    return midnight(at.astimezone(SHANGHAI).date() + timedelta(days=days))


def months_on(at, months):
    """The midnight so many months after the day of `at`; a day that is missing there is the last one."""
    day = at.astimezone(SHANGHAI).date()
    year, month, number = day.year, day.month, day.day
    for _ in range(months):
        month += 1
        if month == 13:
            year, month = year + 1, 1
    while True:
        try:
            return datetime(year, month, number, tzinfo=SHANGHAI)
        except ValueError:
            number -= 1


@dataclass
class ModelTerms:
    points: int = 1
    per_fen: int = 100
    price: int = 1000
    months: int = 24
    wait: int = 0


@dataclass
class ModelLot:
    number: int
    issuer: str
    price: int
    granted: int
    left: int
    comes: datetime
    ends: datetime
    waiting: bool
    root: ModelLot | None = None
    # What ended here unspent.
    ended: int = 0

    @property
    def first(self):
        return self.root or self


@dataclass
class ModelDraw:
    """Points taken out of a lot for somebody; a part of them perhaps given back."""

    lot: ModelLot
    to: str
    points: int
    back: int = 0


@dataclass
class ModelSpending:
    account: ModelAccount
    points: int
    takes: list[ModelDraw]
    returned: int = 0


@dataclass
class ModelHold:
    account: ModelAccount
    merchant: str
    points: int
    grace: int
    until: datetime
    parts: list[tuple[ModelLot, int]]
    state: str = "open"
    spending: ModelSpending | None = None


@dataclass
class ModelDebt:
    carrier: str
    open: int
    since: datetime
    receipt: ModelReceipt


@dataclass
class ModelReceipt:
    account: ModelAccount
    merchant: str
    no: str
    paid: int
    terms: ModelTerms
    lot: ModelLot | None
    granted: int
    refunded: int = 0
    taken: int = 0
    # What of the taken points had ended unspent.
    gone: int = 0
    # Undone whole: the number may be reported once more.
    freed: bool = False


@dataclass
class ModelParkedRefund:
    merchant: str
    no: str
    fen: int
    waits: bool = True


@dataclass
class ModelAccount:
    lots: list[ModelLot] = field(default_factory=list)
    holds: list[ModelHold] = field(default_factory=list)
    debts: list[ModelDebt] = field(default_factory=list)
    lines: list[tuple[str, int, int]] = field(default_factory=list)
    heir: ModelAccount | None = None

    @property
    def available(self):
        return sum(lot.left for lot in self.lots if not lot.waiting)

    @property
    def pending(self):
        return sum(lot.left for lot in self.lots if lot.waiting)

    @property
    def held(self):
        return sum(hold.points for hold in self.holds if hold.state == "open")

    @property
    def debt(self):
        return sum(debt.open for debt in self.debts)

    def spendable(self):
        """Lots with something in them, the first to end first."""
        lots = [lot for lot in self.lots if lot.left and not lot.waiting]
        return sorted(lots, key=lambda lot: (lot.ends, lot.number))

    def write(self, kind, points):
        self.lines.append((kind, points, self.available))
