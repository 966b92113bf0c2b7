"""When a member goes out, to which stores, and what is paid there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from math import exp
from random import Random

from district.demo.plan.demand_calendar import DAYS, DemandCalendar
from district.demo.plan.hours import DAY, minute_at
from district.demo.plan.people import PlannedMember
from district.demo.plan.random_streams import random_stream
from district.demo.plan.stores import PlannedStore
from district.kernel.clock import start_of_day

_FAVOURITE, _HOME, _ANOTHER_STORE = 0.72, 0.55, 0.3
_JOINS_AT_THE_TILL = 0.7
_LATE_POSTING = 0.015
_TRIES = 200
_NEAR = 12.0
_ROUND_THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class TripStop:
    """A purchase as it will be: where, when it is paid and posted, how much."""

    store: PlannedStore
    paid_at: datetime
    at: datetime
    paid_fen: int


class ShoppingTrips:
    """Draws the stops of each member from the stores that are open."""

    def __init__(self, stores: Sequence[PlannedStore], demand_calendar: DemandCalendar) -> None:
        self.demand_calendar = demand_calendar
        self._anywhere = _StoreChoice(stores)
        codes = {store.venue.code for store in stores}
        self._by_venue = {
            code: _StoreChoice([store for store in stores if store.venue.code == code])
            for code in sorted(codes)
        }

    def stops_of(self, member: PlannedMember) -> list[TripStop]:
        """The member's stops in the order in which the tills post them."""
        stream = random_stream("outings", member.number)
        stops: list[TripStop] = []
        tries = 0
        while len(stops) < member.receipts and tries < _TRIES + member.receipts:
            tries += 1
            trip = self._trip(member, stream, first=not stops)
            stops += trip[: member.receipts - len(stops)]
        return sorted(stops, key=lambda stop: stop.at)

    def alternatives(self, stop: TripStop, stream: Random) -> list[PlannedStore]:
        """Where else one could be at that minute, in an order of chance that likes the same venue."""
        day = self.day_of(stop.paid_at)
        minute = stop.paid_at.hour * 60 + stop.paid_at.minute
        drawn = [
            (stream.random() ** (1 / (store.popularity * (_NEAR if near else 1))), store)
            for store in self._anywhere.stores
            for near in [store.venue == stop.store.venue]
        ]
        drawn.sort(key=lambda pair: -pair[0])
        return [store for _, store in drawn if self._is_trading(store, day, minute)]

    def _trip(self, member: PlannedMember, stream: Random, *, first: bool) -> list[TripStop]:
        """A store and perhaps others nearby on the same way; nothing if it turns out to be closed."""
        store = self._first_store(member, stream)
        chance, joins_here, kind_of_minute = stream.random(), stream.random(), stream.random()
        since, until = max(member.joined, store.since), min(member.until, store.until)
        if since > until:
            return []
        if first and joins_here < _JOINS_AT_THE_TILL:
            until = since
        day = self.demand_calendar.draw(
            chance, seasons=store.trade.seasons, since=since, until=until
        )
        weekday = self.demand_calendar.day(day).weekday()
        minute = minute_at(store.week, weekday, store.trade.rhythm, stream)
        if minute is not None and day == member.joined and minute <= member.minute:
            minute = member.minute + 2 + int(9 * kind_of_minute)
        if minute is None or not self._is_trading(store, day, minute):
            return []
        stops = [self._stop(store, member, day, minute, stream)]
        while stream.random() < _ANOTHER_STORE:
            minute += stream.randint(15, 110)
            nearby = self._by_venue[store.venue.code].draw(stream)
            if nearby not in (stop.store for stop in stops) and self._is_trading(
                nearby, day, minute
            ):
                stops.append(self._stop(nearby, member, day, minute, stream))
        return stops

    def _first_store(self, member: PlannedMember, stream: Random) -> PlannedStore:
        where = stream.random()
        if where < _FAVOURITE:
            ranks = range(1, len(member.favourites) + 1)
            return stream.choices(member.favourites, [1 / rank for rank in ranks])[0]
        if where < _FAVOURITE + (1 - _FAVOURITE) * _HOME and member.home in self._by_venue:
            return self._by_venue[member.home].draw(stream)
        return self._anywhere.draw(stream)

    def _is_trading(self, store: PlannedStore, day: int, minute: int) -> bool:
        """Whether the store's till takes members then, also in the night after that day."""
        last = day + minute // DAY
        return (
            store.since <= day
            and last <= min(store.until, DAYS - 1)
            and store.week.is_open(self.demand_calendar.day(day).weekday(), minute)
        )

    def _stop(
        self, store: PlannedStore, member: PlannedMember, day: int, minute: int, stream: Random
    ) -> TripStop:
        paid_at = self.instant(day, minute) + timedelta(seconds=stream.randrange(60))
        at = paid_at + timedelta(seconds=stream.randint(2, 40))
        late, delay = stream.random(), timedelta(minutes=stream.randint(20, 900))
        if late < _LATE_POSTING and self.day_of(paid_at + delay) <= store.until:
            at = paid_at + delay
        generous = 1.12 if member.kind.name == "loyal" else 1.0
        return TripStop(store, paid_at, at, amount(store, stream, generous))

    def instant(self, day: int, minute: int) -> datetime:
        return start_of_day(self.demand_calendar.day(day)) + timedelta(minutes=minute)

    def day_of(self, at: datetime) -> int:
        return (at.date() - self.demand_calendar.first_day).days


def amount(store: PlannedStore, stream: Random, generous: float = 1.0) -> int:
    """What is paid in such a store, in fen, as prices there are written."""
    trade = store.trade
    about = trade.typical_fen * generous * exp(stream.gauss(0, trade.spread))
    steps = max(1, round(about / trade.grain_fen))
    fen = steps * trade.grain_fen
    # 399, not 400.
    return fen - 100 if trade.grain_fen == _ROUND_THOUSAND else fen


class _StoreChoice:
    """Stores drawn by popularity, the sums worked out once."""

    def __init__(self, stores: Sequence[PlannedStore]) -> None:
        self.stores = stores
        self._sums = list(accumulate(store.popularity for store in stores))

    def draw(self, stream: Random) -> PlannedStore:
        return stream.choices(self.stores, cum_weights=self._sums)[0]
