"""Which stores a merchant has: venue, floor, unit, telephone, hours."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from district.demo.plan.demand_calendar import DAYS
from district.demo.plan.hours import Week, week_of
from district.demo.plan.random_streams import random_stream
from district.demo.plan.trades import PlannedTrade
from district.demo.plan.venues import VENUES, PlannedVenue

# How much a trade that belongs here or there is drawn to malls, to the old street, to the night market.
_VENUE_WEIGHTS = {
    "mall": (1.0, 0.0, 0.0),
    "any": (1.0, 0.6, 0.45),
    "night": (0.35, 0.5, 2.0),
    "street": (0.4, 2.2, 0.3),
}
_ORDINALS = "一二三四五六七八九"
_INTROS = (
    "{trade}老店新开，会员在本店消费可累积商圈积分，积分全商圈通用。",
    "本店接受商圈积分抵扣，结账时出示会员码即可。",
    "{venue}人气{trade}，欢迎到店。",
    "由{merchant}直营，支持开具电子发票。",
    "",
)


@dataclass(frozen=True)
class PlannedStore:
    """A store, and the days of the year on which its tills work."""

    number: int
    merchant: int
    venue: PlannedVenue
    trade: PlannedTrade
    name: str
    floor: str
    unit_no: str
    phone: str
    intro: str
    week: Week
    popularity: float
    since: int = 0
    until: int = DAYS - 1
    closed: int | None = None


@dataclass
class UnitNumbers:
    """Hands out store numbers and units; none twice."""

    stores: int = 0
    units: Counter[tuple[str, str]] = field(default_factory=Counter)

    def number(self) -> int:
        self.stores += 1
        return self.stores - 1

    def assign_unit(
        self, venue: PlannedVenue, trade: PlannedTrade, chance: Random
    ) -> tuple[str, str]:
        """A floor the trade likes, if the venue has floors, and the next free unit there."""
        liked = [floor for floor in trade.floors if floor in venue.floors]
        floor = chance.choice(liked or venue.floors or ("",))
        self.units[venue.code, floor] += chance.choice((1, 1, 2))
        unit = self.units[venue.code, floor]
        return floor, f"{floor}-{unit:02d}" if floor else f"{unit} 号"


def planned_stores(
    merchant: int, name: str, trade: PlannedTrade, count: int, unit_numbers: UnitNumbers
) -> tuple[PlannedStore, ...]:
    """The stores of one merchant, spread over the venues that suit its trade."""
    stream = random_stream("stores", merchant)
    appeal = stream.lognormvariate(0, 0.6)
    stores: list[PlannedStore] = []
    for venue in _venues(trade, count, stream):
        number = unit_numbers.number()
        floor, unit_no = unit_numbers.assign_unit(venue, trade, stream)
        there = sum(store.venue == venue for store in stores)
        stores.append(
            PlannedStore(
                number=number,
                merchant=merchant,
                venue=venue,
                trade=trade,
                name=f"{name}（{venue.short}{_ORDINALS[there] if there else ''}店）",
                floor=floor,
                unit_no=unit_no,
                # No town has the area code 0300.
                phone=f"0300-555{number:04d}",
                intro=_intro(stream, name, trade, venue),
                week=week_of(trade.hours, venue.code, stream),
                popularity=trade.visits * appeal * venue.weight * stream.lognormvariate(0, 0.45),
            )
        )
    return tuple(stores)


def _venues(trade: PlannedTrade, count: int, chance: Random) -> list[PlannedVenue]:
    """Mostly a different venue each time; a street's trade may come twice to its street."""
    malls, old_street, night_market = _VENUE_WEIGHTS[trade.where]
    pull = {
        venue.code: venue.weight
        * {"zhenhe": old_street, "dengying": night_market}.get(venue.code, malls)
        for venue in VENUES
    }
    chosen = []
    for _ in range(count):
        (venue,) = chance.choices(VENUES, [pull[venue.code] for venue in VENUES])
        pull[venue.code] *= 0.12
        chosen.append(venue)
    return chosen


def _intro(chance: Random, merchant: str, trade: PlannedTrade, venue: PlannedVenue) -> str:
    words = chance.choice(_INTROS)
    return words.format(merchant=merchant, trade=trade.name, venue=venue.short)
