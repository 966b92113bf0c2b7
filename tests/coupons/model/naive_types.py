"""What the naive model of coupons keeps: plain objects with plain fields, and a calendar of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class NaiveRefusal(Exception):
    """What the verbs must refuse, by its code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def day_of(at):
    return at.astimezone(SHANGHAI).date()


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def days_on(at, days):
    """The midnight that begins the Shanghai day so many days after the day of `at`."""
    return midnight(day_of(at) + timedelta(days=days))


@dataclass(frozen=True)
class NaiveTerms:
    """What a version says: fen, and names for stores and parties. `face` is the most one use may cost:
    the amount off, the cap of a percentage, the value of a gift."""

    kind: str = "cash_off"
    face: int = 500
    off_bp: int = 0
    threshold: int = 0
    partial: bool = False
    uses: int = 1
    # From the n-th day on for so many days, or from and until fixed instants.
    days: tuple[int, int] | None = (0, 2)
    fixed: tuple[datetime, datetime] | None = None
    claims: tuple[datetime, datetime] | None = None
    night: bool = False
    stores: tuple[str, ...] = ()
    tea_only: bool = False
    stacking: str = "free"
    per_member: int = 3
    per_day: int | None = None
    stock: int | None = None
    stock_per_day: int | None = None
    budget: int | None = None
    slots: int = 1
    price: int | None = None
    at_counter: bool = True
    transferable: bool = True
    leased: bool = False
    replacement_days: int = 0
    # From which amount on a purchase brings one; for how long an exchange may be undone.
    gift_from: int | None = None
    undo_minutes: int | None = None
    payers: tuple[tuple[str, int], ...] = ()

    def window(self, now):
        if self.fixed:
            return self.fixed
        first, days = self.days
        start = now.replace(microsecond=0) if first == 0 else days_on(now, first)
        return start, days_on(now, first + days)

    def is_open(self, now):
        hour = now.astimezone(SHANGHAI).hour
        return not self.night or hour >= 18 or hour < 2


@dataclass(eq=False)
class NaiveVersion:
    template: int
    owner: str | None
    terms: NaiveTerms
    published: datetime
    stopped: bool = False
    stock: int | None = None
    given: int = 0
    free: int | None = None
    days: dict[date, int] = field(default_factory=dict)


@dataclass(eq=False)
class NaiveCoupon:
    version: NaiveVersion
    claimer: str
    holder: str
    day: date
    begins: datetime
    ends: datetime
    uses: int
    value: int | None
    reserved: int
    source: str
    state: str = "live"
    given: bool = False
    warned: bool = False
    # The one store that may take it until an instant.
    lease: tuple[str, datetime] | None = None
    claimed: datetime | None = None
    # Whether limits count it; the purchase that brought it; the redemption it was granted for.
    counts: bool = True
    purchase: NaivePurchase | None = None
    replaces: NaiveRedemption | None = None
    paid_back: bool = False
    # By which it is known in the database, once it is there.
    pk: int = 0
    name: str = ""

    @property
    def left(self):
        return self.uses, self.value

    def is_leased(self, now):
        return self.lease is not None and now < self.lease[1]


@dataclass(eq=False)
class NaivePurchase:
    """At a store that grants no points, by the account of a member."""

    member: str
    fen: int
    at: datetime
    refunded: int = 0
    pk: int = 0

    @property
    def left(self):
        return self.fen - self.refunded


@dataclass(eq=False)
class NaiveBill:
    store: str
    no: str
    fen: int
    tea: int
    refunded: int = 0
    refunds: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(eq=False)
class NaiveRedemption:
    coupon: NaiveCoupon
    bill: NaiveBill
    at: datetime
    eligible: int
    discount: int
    cost: int
    turn: int
    refunded: int = 0
    returned: int = 0
    reversed: bool = False
    # Of a value: what is in the coupon again, and what was granted as another.
    restored: int = 0
    replaced: int = 0

    @property
    def on_a_bill(self):
        return self.coupon.version.terms.kind != "gift"
