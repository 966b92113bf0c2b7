"""What the naive model keeps: plain things with plain fields, and a calendar of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Refused(Exception):
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
class Terms:
    points: int = 1
    per_fen: int = 100
    price: int = 1000
    months: int = 24
    wait: int = 0


@dataclass
class Lot:
    number: int
    issuer: str
    price: int
    granted: int
    left: int
    comes: datetime
    ends: datetime
    waiting: bool
    root: Lot | None = None
    # What ended here unspent.
    ended: int = 0

    @property
    def first(self):
        return self.root or self


@dataclass
class Take:
    """Points taken out of a lot for somebody; a part of them perhaps given back."""

    lot: Lot
    to: str
    points: int
    back: int = 0


@dataclass
class Spending:
    purse: Purse
    points: int
    takes: list[Take]
    returned: int = 0


@dataclass
class Hold:
    purse: Purse
    merchant: str
    points: int
    grace: int
    until: datetime
    parts: list[tuple[Lot, int]]
    state: str = "open"
    spending: Spending | None = None


@dataclass
class Debt:
    carrier: str
    open: int
    since: datetime
    receipt: Receipt


@dataclass
class Receipt:
    purse: Purse
    merchant: str
    no: str
    paid: int
    terms: Terms
    lot: Lot | None
    granted: int
    refunded: int = 0
    taken: int = 0
    # What of the taken points had ended unspent.
    gone: int = 0
    # Undone whole: the number may be told once more.
    freed: bool = False


@dataclass
class Parked:
    merchant: str
    no: str
    fen: int
    waits: bool = True


@dataclass
class Purse:
    lots: list[Lot] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    lines: list[tuple[str, int, int]] = field(default_factory=list)
    heir: Purse | None = None

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
