"""A member's year at the tills: receipts, points spent, mistakes put right."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

from district.demo.plan.expected_points import ExpectedLot, ExpectedPoints
from district.demo.plan.merchants import PlannedMerchant
from district.demo.plan.people import PlannedMember
from district.demo.plan.postings import (
    PlannedPosting,
    PlannedPurchase,
    PlannedReversal,
    PlannedSpending,
)
from district.demo.plan.random_streams import random_stream
from district.demo.plan.shopping_trips import ShoppingTrips, TripStop, amount
from district.kernel.clock import start_of_day
from loyalty.arithmetic import expiry_of

_PAYS_WITH_POINTS, _ALL_OF_IT = 0.2, 0.15
_POINT_AMOUNTS = (1000, 500, 300, 200, 100, 50)
_LEAST_POINTS = 60
_SPENDING_UNDONE, _PURCHASE_UNDONE, _WRONG_SUM = 0.04, 0.009, 0.45
_UNDISTURBED = timedelta(minutes=20)
# How long after the year a seeding may be finished without finding points gone that it still needs.
_GRACE = timedelta(days=31)


@dataclass
class MemberPostings:
    """Plans one member's postings in the order of time."""

    member: PlannedMember
    merchants: tuple[PlannedMerchant, ...]
    trips: ShoppingTrips
    expected_points: ExpectedPoints = field(default_factory=ExpectedPoints)

    def __post_init__(self) -> None:
        self._stream = random_stream("diary", self.member.number)
        self._numbers = count()
        self._end = start_of_day(self.trips.demand_calendar.last_day) + timedelta(days=1)

    def generate(self) -> Iterator[PlannedPosting]:
        stops = self.trips.stops_of(self.member)
        for index, drawn in enumerate(stops):
            following = stops[index + 1].at if index + 1 < len(stops) else None
            stop = self._avoiding_expiry(drawn, following)
            if stop is not None:
                # A mistake is put right on the same day, before the member is anywhere else.
                same_day = (stop.at + _UNDISTURBED).date() == stop.at.date()
                alone = following is None or following - stop.at > _UNDISTURBED
                yield from self._postings(stop, undisturbed=same_day and alone)
        self.expected_points.balance(self._end)

    def _avoiding_expiry(self, stop: TripStop, following: datetime | None) -> TripStop | None:
        """The stop, or another store in its place: between earning points and losing them a member does nothing.

        The sweep of the running district goes by today's clock. It may come while the past is
        still being posted, and takes only what no later posting counts on.
        """
        if following is None or not self._expires_early(stop) or following >= self._expiry(stop):
            return stop
        for store in self.trips.alternatives(stop, self._stream):
            other = replace(stop, store=store, at=stop.paid_at + timedelta(seconds=9))
            if not self._expires_early(other):
                return replace(other, paid_fen=amount(store, self._stream))
        return None

    def _expires_early(self, stop: TripStop) -> bool:
        """Whether the points of that purchase may be swept while the year is still being posted."""
        return self._expiry(stop) < self._end + _GRACE

    def _postings(self, stop: TripStop, *, undisturbed: bool) -> Iterator[PlannedPosting]:
        chances = [self._stream.random() for _ in range(4)]
        spending = self._spending(stop) if chances[0] < _PAYS_WITH_POINTS else None
        if spending is not None:
            posting, taken = spending
            yield posting
        purchase, lot = self._purchase(stop)
        yield purchase
        if spending is not None and undisturbed and chances[1] < _SPENDING_UNDONE:
            self.expected_points.undo_spending(taken)
            yield self._reversal(posting, stop.at + timedelta(minutes=2), "顾客改用其他方式付款")
        if (
            undisturbed
            and chances[2] < _PURCHASE_UNDONE
            and not self._expires_early(stop)
            and purchase.points
        ):
            yield from self._reversed_purchase(
                stop, purchase, lot, wrong_sum=chances[3] < _WRONG_SUM
            )

    def _reversed_purchase(
        self, stop: TripStop, purchase: PlannedPurchase, lot: ExpectedLot, *, wrong_sum: bool
    ) -> Iterator[PlannedPosting]:
        at = stop.at + timedelta(minutes=self._stream.randint(3, 9))
        if self.expected_points.undo_earning(lot, at):
            yield self._reversal(purchase, at, "金额录错" if wrong_sum else "顾客退货")
            if wrong_sum:
                right = amount(stop.store, self._stream)
                again = replace(stop, at=at + timedelta(seconds=70), paid_fen=right)
                yield self._purchase(again)[0]

    def _purchase(self, stop: TripStop) -> tuple[PlannedPurchase, ExpectedLot]:
        merchant = self.merchants[stop.store.merchant]
        points = merchant.terms_on(self.trips.day_of(stop.paid_at)).points_for(stop.paid_fen)
        lot = self.expected_points.earn(points, self._expiry(stop), merchant.number)
        key = self._key()
        posting = PlannedPurchase(
            key, stop.at, self.member.number, stop.store, stop.paid_fen, stop.paid_at, points
        )
        return posting, lot

    def _spending(
        self, stop: TripStop
    ) -> tuple[PlannedSpending, list[tuple[ExpectedLot, int]]] | None:
        """Points paid just before the purchase, when there is enough and some of it is from elsewhere."""
        at = stop.paid_at - timedelta(seconds=20)
        posted_late = stop.at - stop.paid_at > timedelta(minutes=1)
        if (
            not self.member.spends
            or posted_late
            or self.expected_points.balance(at) < _LEAST_POINTS
        ):
            return None
        points = _points_to_spend(self.expected_points.balance(at), self._stream)
        taken = self.expected_points.spend(points, at)
        if all(lot.issuer == stop.store.merchant for lot, _ in taken):
            self.expected_points.undo_spending(taken)
            return None
        return PlannedSpending(self._key(), at, self.member.number, stop.store, points), taken

    def _reversal(
        self, of: PlannedPurchase | PlannedSpending, at: datetime, reason: str
    ) -> PlannedReversal:
        return PlannedReversal(self._key(), at, self.member.number, of.store, of, reason)

    def _expiry(self, stop: TripStop) -> datetime:
        merchant = self.merchants[stop.store.merchant]
        terms = merchant.terms_on(self.trips.day_of(stop.paid_at))
        return expiry_of(stop.at, months=terms.validity_months)

    def _key(self) -> str:
        return f"{self.member.number}-{next(self._numbers)}"


def _points_to_spend(balance: int, stream: Random) -> int:
    if stream.random() < _ALL_OF_IT:
        return balance // 10 * 10
    possible = [points for points in _POINT_AMOUNTS if points <= balance]
    return stream.choice(possible[:3])
