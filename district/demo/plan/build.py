"""The whole plan: merchants, members and every posting of the year, drawn up from a size and a last day."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from district.demo.plan.demand_calendar import DemandCalendar
from district.demo.plan.expected_points import ExpectedPoints
from district.demo.plan.member_postings import MemberPostings
from district.demo.plan.merchants import PlannedMerchant, main_merchant_numbers, planned_merchants
from district.demo.plan.people import PlannedMember, planned_members
from district.demo.plan.postings import PlannedPosting, PlannedPurchase, PlannedSpending
from district.demo.plan.random_streams import random_stream
from district.demo.plan.shopping_trips import ShoppingTrips


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

    demand_calendar: DemandCalendar
    merchants: tuple[PlannedMerchant, ...]
    members: list[PlannedMember]
    postings: list[PlannedPosting]
    points: dict[str, int]

    @property
    def main_merchants(self) -> tuple[PlannedMerchant, PlannedMerchant]:
        """The two merchants where the demo's people work."""
        first, second = main_merchant_numbers(self.merchants)
        return self.merchants[first], self.merchants[second]

    def days(self) -> Iterable[tuple[date, list[PlannedPosting]]]:
        """The postings of each day on which something happens, in order."""
        for day, postings in groupby(self.postings, key=lambda posting: posting.at.date()):
            yield day, list(postings)

    def digest(self) -> str:
        """Tells two plans apart."""
        digest = hashlib.sha256()
        for posting in self.postings:
            digest.update(
                f"{posting.at.isoformat()} {posting.key} {posting.store.name} {_digest_of_posting(posting)}\n".encode()
            )
        return digest.hexdigest()[:16]


def build_plan(size: Size, last_day: date) -> Plan:
    """The same plan from the same numbers; another last day only moves it along the calendar."""
    demand_calendar = DemandCalendar(last_day)
    merchants = planned_merchants(size.merchants, size.stores)
    members = planned_members(size.members, size.receipts, merchants, demand_calendar)
    trips = ShoppingTrips(
        [store for merchant in merchants for store in merchant.stores], demand_calendar
    )
    postings: list[PlannedPosting] = []
    balances = []
    for member in members:
        member_postings = MemberPostings(member, merchants, trips)
        postings += member_postings.generate()
        balances.append(member_postings.expected_points)
    postings.sort(key=lambda posting: (posting.at, posting.member))
    _number(postings)
    return Plan(demand_calendar, merchants, members, postings, _totals(balances))


def _number(postings: list[PlannedPosting]) -> None:
    """Receipts and requests as each store's till counts them: members are not its only guests."""
    used: Counter[tuple[int, str]] = Counter()
    till = random_stream("till numbers")
    for posting in sorted(postings, key=_paid_at):
        if isinstance(posting, PlannedPurchase | PlannedSpending):
            day = f"{_paid_at(posting):%y%m%d}"
            used[posting.store.number, day] += till.randint(1, 9)
            number = f"{day}{posting.store.number:03d}{used[posting.store.number, day]:04d}"
            if isinstance(posting, PlannedPurchase):
                posting.receipt_no = number
            else:
                posting.request_no = f"P{number}"


def _paid_at(posting: PlannedPosting) -> datetime:
    return posting.paid_at if isinstance(posting, PlannedPurchase) else posting.at


def _digest_of_posting(posting: PlannedPosting) -> str:
    if isinstance(posting, PlannedPurchase):
        return f"{posting.receipt_no} {posting.paid_fen} {posting.points}"
    return (
        f"{posting.request_no} {posting.points}"
        if isinstance(posting, PlannedSpending)
        else "reversal"
    )


def _totals(balances: list[ExpectedPoints]) -> dict[str, int]:
    names = ("earned", "spent", "expired")
    totals = {
        name: sum(getattr(expected_points, name) for expected_points in balances) for name in names
    }
    return {**totals, "available": totals["earned"] - totals["spent"] - totals["expired"]}
