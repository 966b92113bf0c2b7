"""The whole plan: town, members and every act of the year, drawn up from a size and a last day."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from district.demo.plan.acts import Act, Purchase, Spending
from district.demo.plan.almanac import Almanac
from district.demo.plan.diary import Diary
from district.demo.plan.dice import dice
from district.demo.plan.outings import Outings
from district.demo.plan.people import PlannedMember, planned_members
from district.demo.plan.purse import Purse
from district.demo.plan.town import PlannedMerchant, planned_town, steady_merchants


@dataclass(frozen=True)
class Size:
    """How large the district is."""

    merchants: int = 120
    stores: int = 300
    members: int = 2_000
    receipts: int = 20_000

    @classmethod
    def at(cls, scale: float) -> "Size":
        """A part of the usual size, never too small to have something of everything."""
        return cls(
            merchants=max(36, round(120 * scale)),
            stores=max(80, round(300 * scale)),
            members=max(30, round(2_000 * scale)),
            receipts=max(300, round(20_000 * scale)),
        )


@dataclass(frozen=True)
class Plan:
    """Everything that is to be, and what it comes to."""

    almanac: Almanac
    town: tuple[PlannedMerchant, ...]
    members: list[PlannedMember]
    acts: list[Act]
    points: dict[str, int]

    @property
    def steady(self) -> tuple[PlannedMerchant, PlannedMerchant]:
        """The two merchants where the demo's people work."""
        first, second = steady_merchants(self.town)
        return self.town[first], self.town[second]

    def days(self) -> Iterable[tuple[date, list[Act]]]:
        """The acts of each day on which something happens, in order."""
        for day, acts in groupby(self.acts, key=lambda act: act.at.date()):
            yield day, list(acts)

    def digest(self) -> str:
        """Tells two plans apart."""
        told = hashlib.sha256()
        for act in self.acts:
            told.update(f"{act.at.isoformat()} {act.key} {act.store.name} {_sum(act)}\n".encode())
        return told.hexdigest()[:16]


def draw_up(size: Size, last_day: date) -> Plan:
    """The same plan from the same numbers; another last day only moves it along the calendar."""
    almanac = Almanac(last_day)
    town = planned_town(size.merchants, size.stores)
    members = planned_members(size.members, size.receipts, town, almanac)
    outings = Outings([store for merchant in town for store in merchant.stores], almanac)
    acts: list[Act] = []
    purses = []
    for member in members:
        diary = Diary(member, town, outings)
        acts += diary.write()
        purses.append(diary.purse)
    acts.sort(key=lambda act: (act.at, act.member))
    _number(acts)
    return Plan(almanac, town, members, acts, _totals(purses))


def _number(acts: list[Act]) -> None:
    """Receipts and requests as each store's till counts them: members are not its only guests."""
    used: Counter[tuple[int, str]] = Counter()
    till = dice("till numbers")
    for act in sorted(acts, key=_paid_at):
        if isinstance(act, Purchase | Spending):
            day = f"{_paid_at(act):%y%m%d}"
            used[act.store.number, day] += till.randint(1, 9)
            number = f"{day}{act.store.number:03d}{used[act.store.number, day]:04d}"
            if isinstance(act, Purchase):
                act.receipt_no = number
            else:
                act.request_no = f"P{number}"


def _paid_at(act: Act) -> datetime:
    return act.paid_at if isinstance(act, Purchase) else act.at


def _sum(act: Act) -> str:
    if isinstance(act, Purchase):
        return f"{act.receipt_no} {act.paid_fen} {act.points}"
    return f"{act.request_no} {act.points}" if isinstance(act, Spending) else "reversal"


def _totals(purses: list[Purse]) -> dict[str, int]:
    names = ("earned", "spent", "expired")
    totals = {name: sum(getattr(purse, name) for purse in purses) for name in names}
    return {**totals, "available": totals["earned"] - totals["spent"] - totals["expired"]}
