"""A member's year at the tills: receipts, points spent, mistakes put right."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

from district.demo.plan.acts import Act, Purchase, Reversal, Spending
from district.demo.plan.dice import dice
from district.demo.plan.outings import Outings, Stop, amount
from district.demo.plan.people import PlannedMember
from district.demo.plan.purse import PaperLot, Purse
from district.demo.plan.town import PlannedMerchant
from district.kernel.clock import start_of_day
from loyalty.rules import expiry_of

_PAYS_WITH_POINTS, _ALL_OF_IT = 0.2, 0.15
_SUMS = (1000, 500, 300, 200, 100, 50)
_LEAST = 60
_SPENDING_UNDONE, _PURCHASE_UNDONE, _WRONG_SUM = 0.04, 0.009, 0.45
_QUIET = timedelta(minutes=20)
# How long after the year a seeding may be finished without finding points gone that it still needs.
_GRACE = timedelta(days=31)


@dataclass
class Diary:
    """Writes one member's acts in the order of time."""

    member: PlannedMember
    town: tuple[PlannedMerchant, ...]
    outings: Outings
    purse: Purse = field(default_factory=Purse)

    def __post_init__(self) -> None:
        self._stream = dice("diary", self.member.number)
        self._numbers = count()
        self._end = start_of_day(self.outings.almanac.last_day) + timedelta(days=1)

    def write(self) -> Iterator[Act]:
        stops = self.outings.of(self.member)
        for index, drawn in enumerate(stops):
            following = stops[index + 1].at if index + 1 < len(stops) else None
            stop = self._without_loss(drawn, following)
            if stop is not None:
                # A mistake is put right on the same day, before the member is anywhere else.
                same_day = (stop.at + _QUIET).date() == stop.at.date()
                alone = following is None or following - stop.at > _QUIET
                yield from self._acts(stop, quiet=same_day and alone)
        self.purse.balance(self._end)

    def _without_loss(self, stop: Stop, following: datetime | None) -> Stop | None:
        """The stop, or another store in its place: between earning points and losing them a member does nothing.

        The sweep of the running district goes by today's clock. It may come while the past is
        still being played, and takes only what no later act counts on.
        """
        if following is None or not self._dies_early(stop) or following >= self._expiry(stop):
            return stop
        for store in self.outings.others(stop, self._stream):
            other = replace(stop, store=store, at=stop.paid_at + timedelta(seconds=9))
            if not self._dies_early(other):
                return replace(other, paid_fen=amount(store, self._stream))
        return None

    def _dies_early(self, stop: Stop) -> bool:
        """Whether the points of that purchase may be swept while the year is still being played."""
        return self._expiry(stop) < self._end + _GRACE

    def _acts(self, stop: Stop, *, quiet: bool) -> Iterator[Act]:
        chances = [self._stream.random() for _ in range(4)]
        spending = self._spending(stop) if chances[0] < _PAYS_WITH_POINTS else None
        if spending is not None:
            act, taken = spending
            yield act
        purchase, lot = self._purchase(stop)
        yield purchase
        if spending is not None and quiet and chances[1] < _SPENDING_UNDONE:
            self.purse.give_back(taken)
            yield self._reversal(act, stop.at + timedelta(minutes=2), "顾客改用其他方式付款")
        if (
            quiet
            and chances[2] < _PURCHASE_UNDONE
            and not self._dies_early(stop)
            and purchase.points
        ):
            yield from self._undone(stop, purchase, lot, wrong_sum=chances[3] < _WRONG_SUM)

    def _undone(
        self, stop: Stop, purchase: Purchase, lot: PaperLot, *, wrong_sum: bool
    ) -> Iterator[Act]:
        at = stop.at + timedelta(minutes=self._stream.randint(3, 9))
        if self.purse.take_back(lot, at):
            yield self._reversal(purchase, at, "金额录错" if wrong_sum else "顾客退货")
            if wrong_sum:
                right = amount(stop.store, self._stream)
                again = replace(stop, at=at + timedelta(seconds=70), paid_fen=right)
                yield self._purchase(again)[0]

    def _purchase(self, stop: Stop) -> tuple[Purchase, PaperLot]:
        merchant = self.town[stop.store.merchant]
        points = merchant.terms_on(self.outings.day_of(stop.paid_at)).points_for(stop.paid_fen)
        lot = self.purse.earn(points, self._expiry(stop), merchant.number)
        key = self._key()
        act = Purchase(
            key, stop.at, self.member.number, stop.store, stop.paid_fen, stop.paid_at, points
        )
        return act, lot

    def _spending(self, stop: Stop) -> tuple[Spending, list[tuple[PaperLot, int]]] | None:
        """Points paid just before the purchase, when there is enough and some of it is from elsewhere."""
        at = stop.paid_at - timedelta(seconds=20)
        posted_late = stop.at - stop.paid_at > timedelta(minutes=1)
        if not self.member.spends or posted_late or self.purse.balance(at) < _LEAST:
            return None
        points = _sum(self.purse.balance(at), self._stream)
        taken = self.purse.spend(points, at)
        if all(lot.issuer == stop.store.merchant for lot, _ in taken):
            self.purse.give_back(taken)
            return None
        return Spending(self._key(), at, self.member.number, stop.store, points), taken

    def _reversal(self, of: Purchase | Spending, at: datetime, reason: str) -> Reversal:
        return Reversal(self._key(), at, self.member.number, of.store, of, reason)

    def _expiry(self, stop: Stop) -> datetime:
        merchant = self.town[stop.store.merchant]
        terms = merchant.terms_on(self.outings.day_of(stop.paid_at))
        return expiry_of(stop.at, months=terms.validity_months)

    def _key(self) -> str:
        return f"{self.member.number}-{next(self._numbers)}"


def _sum(balance: int, stream: Random) -> int:
    if stream.random() < _ALL_OF_IT:
        return balance // 10 * 10
    possible = [points for points in _SUMS if points <= balance]
    return stream.choice(possible[:3])
