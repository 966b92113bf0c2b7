"""When a member goes out, to which stores, and what is paid there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random

from district.demo.plan.almanac import DAYS, Almanac
from district.demo.plan.dice import dice
from district.demo.plan.hours import DAY, minute_at
from district.demo.plan.people import PlannedMember
from district.demo.plan.stores import PlannedStore
from district.kernel.clock import start_of_day

_FAVOURITE, _HOME, _ALONG = 0.72, 0.55, 0.3
_JOINS_AT_THE_TILL = 0.7
_LATE_POSTING = 0.015
_TRIES = 200
_NEAR = 12.0
_ROUND_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class Stop:
    """A purchase as it will be: where, when it is paid and posted, how much."""

    store: PlannedStore
    paid_at: datetime
    at: datetime
    paid_fen: int


class Outings:
    """Draws the stops of each member from the stores that are open."""

    def __init__(self, stores: Sequence[PlannedStore], almanac: Almanac) -> None:
        self.almanac = almanac
        self._anywhere = _Choice(stores)
        codes = {store.venue.code for store in stores}
        self._there = {
            code: _Choice([store for store in stores if store.venue.code == code])
            for code in sorted(codes)
        }

    def of(self, member: PlannedMember) -> list[Stop]:
        """The member's stops in the order in which the tills post them."""
        stream = dice("outings", member.number)
        stops: list[Stop] = []
        tries = 0
        while len(stops) < member.receipts and tries < _TRIES + member.receipts:
            tries += 1
            outing = self._outing(member, stream, first=not stops)
            stops += outing[: member.receipts - len(stops)]
        return sorted(stops, key=lambda stop: stop.at)

    def others(self, stop: Stop, stream: Random) -> list[PlannedStore]:
        """Where else one could be at that minute, in an order of chance that likes the same venue."""
        day = self.day_of(stop.paid_at)
        minute = stop.paid_at.hour * 60 + stop.paid_at.minute
        drawn = [
            (stream.random() ** (1 / (store.popularity * (_NEAR if near else 1))), store)
            for store in self._anywhere.stores
            for near in [store.venue == stop.store.venue]
        ]
        drawn.sort(key=lambda pair: -pair[0])
        return [store for _, store in drawn if self._works(store, day, minute)]

    def _outing(self, member: PlannedMember, stream: Random, *, first: bool) -> list[Stop]:
        """A store and perhaps others nearby on the same way; nothing if it turns out to be closed."""
        store = self._lead(member, stream)
        chance, joins_here, kind_of_minute = stream.random(), stream.random(), stream.random()
        since, until = max(member.joined, store.since), min(member.until, store.until)
        if since > until:
            return []
        if first and joins_here < _JOINS_AT_THE_TILL:
            until = since
        day = self.almanac.draw(chance, seasons=store.trade.seasons, since=since, until=until)
        weekday = self.almanac.day(day).weekday()
        minute = minute_at(store.week, weekday, store.trade.rhythm, stream)
        if minute is not None and day == member.joined and minute <= member.minute:
            minute = member.minute + 2 + int(9 * kind_of_minute)
        if minute is None or not self._works(store, day, minute):
            return []
        stops = [self._stop(store, member, day, minute, stream)]
        while stream.random() < _ALONG:
            minute += stream.randint(15, 110)
            nearby = self._there[store.venue.code].draw(stream)
            if nearby not in (stop.store for stop in stops) and self._works(nearby, day, minute):
                stops.append(self._stop(nearby, member, day, minute, stream))
        return stops

    def _lead(self, member: PlannedMember, stream: Random) -> PlannedStore:
        where = stream.random()
        if where < _FAVOURITE:
            ranks = range(1, len(member.favourites) + 1)
            return stream.choices(member.favourites, [1 / rank for rank in ranks])[0]
        if where < _FAVOURITE + (1 - _FAVOURITE) * _HOME and member.home in self._there:
            return self._there[member.home].draw(stream)
        return self._anywhere.draw(stream)

    def _works(self, store: PlannedStore, day: int, minute: int) -> bool:
        """Whether the store's till takes members then, also in the night after that day."""
        last = day + minute // DAY
        return (
            store.since <= day
            and last <= min(store.until, DAYS - 1)
            and store.week.is_open(self.almanac.day(day).weekday(), minute)
        )

    def _stop(
        self, store: PlannedStore, member: PlannedMember, day: int, minute: int, stream: Random
    ) -> Stop:
        paid_at = self.instant(day, minute) + timedelta(seconds=stream.randrange(60))
        at = paid_at + timedelta(seconds=stream.randint(2, 40))
        late, delay = stream.random(), timedelta(minutes=stream.randint(20, 900))
        if late < _LATE_POSTING and self.day_of(paid_at + delay) <= store.until:
            at = paid_at + delay
        generous = 1.12 if member.kind.name == "loyal" else 1.0
        return Stop(store, paid_at, at, amount(store, stream, generous))

    def instant(self, day: int, minute: int) -> datetime:
        return start_of_day(self.almanac.day(day)) + timedelta(minutes=minute)

    def day_of(self, at: datetime) -> int:
        return (at.date() - self.almanac.first_day).days


def amount(store: PlannedStore, stream: Random, generous: float = 1.0) -> int:
    """What is paid in such a store, in fen, as prices there are written."""
    trade = store.trade
    about = trade.typical_fen * generous * exp(stream.gauss(0, trade.spread))
    steps = max(1, round(about / trade.grain_fen))
    fen = steps * trade.grain_fen
    # 399, not 400.
    return fen - 100 if trade.grain_fen == _ROUND_THOUSAND else fen


class _Choice:
    """Stores drawn by popularity, the sums worked out once."""

    def __init__(self, stores: Sequence[PlannedStore]) -> None:
        self.stores = stores
        self._sums = list(accumulate(store.popularity for store in stores))

    def draw(self, stream: Random) -> PlannedStore:
        return stream.choices(self.stores, cum_weights=self._sums)[0]
