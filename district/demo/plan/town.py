"""Which merchants there are, since when they belong to the alliance, and at what terms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from district.demo.plan.almanac import DAYS
from district.demo.plan.codes import social_credit_code
from district.demo.plan.dice import apportioned, dice, shuffled
from district.demo.plan.names import addressed, shop_names
from district.demo.plan.stores import PlannedStore, Plots, planned_stores
from district.demo.plan.terms import PlannedTerms, changed, shortened, usual_terms
from district.demo.plan.trades import TRADES, PlannedTrade

BEFORE = -30  # the alliance was founded a month before the year
_MOST_STORES = 9
# Of 120 merchants so many joined late, left, are suspended, closed a store, think short, think again.
_LATE, _LEFT, _SUSPENDED, _CLOSING, _SHORT, _CHANGED = 8, 3, 2, 5, 12, 12
_FULL = 120


@dataclass(frozen=True)
class PlannedMerchant:
    """A merchant with its stores and everything that happens to it in the year, in days."""

    number: int
    name: str
    legal_name: str
    uscc: str
    contact_name: str
    contact_phone: str
    trade: PlannedTrade
    stores: tuple[PlannedStore, ...]
    terms: tuple[PlannedTerms, ...]
    since: int = BEFORE
    until: int | None = None  # the day it left
    suspended: int | None = None

    def terms_on(self, day: int) -> PlannedTerms:
        return next(terms for terms in reversed(self.terms) if terms.since <= day)

    def with_store_days(self) -> "PlannedMerchant":
        """Nobody buys (with points) before a merchant joins, or after it is gone."""
        ends = [day - 1 for day in (self.until, self.suspended) if day is not None]
        since, until = max(self.since, 0), min([DAYS - 1, *ends])
        return replace(
            self,
            stores=tuple(replace(store, since=since, until=until) for store in self.stores),
        )


def planned_town(merchants: int, stores: int) -> tuple[PlannedMerchant, ...]:
    """The merchants with their stores; the two with the widest chains are as steady as can be."""
    town = list(_ordinary(merchants, stores))
    steady = set(steady_merchants(town))
    others = shuffled(dice("fates"), [m.number for m in town if m.number not in steady])
    for fate, of_full in (
        (_closing, _CLOSING), (_late, _LATE), (_left, _LEFT),
        (_suspended, _SUSPENDED), (_short, _SHORT), (_changed, _CHANGED),
    ):  # fmt: skip
        for _ in range(max(1, round(of_full * merchants / _FULL))):
            # Only who has another store closes one.
            number = next(n for n in others if fate != _closing or len(town[n].stores) > 1)
            others.remove(number)
            town[number] = fate(town[number])
    return tuple(map(_closed_on_its_day, (merchant.with_store_days() for merchant in town)))


def steady_merchants(town: Sequence[PlannedMerchant]) -> tuple[int, int]:
    """The two merchants of different trades with the most stores: where the demo's people work."""
    by_size = sorted(town, key=lambda merchant: (-len(merchant.stores), merchant.number))
    first = by_size[0]
    second = next(merchant for merchant in by_size if merchant.trade != first.trade)
    return first.number, second.number


def _ordinary(merchants: int, stores: int) -> Iterator[PlannedMerchant]:
    trades = [
        trade
        for trade, count in zip(
            TRADES, apportioned(merchants, [trade.merchants for trade in TRADES]), strict=True
        )
        for _ in range(count)
    ]
    trades = shuffled(dice("order of merchants"), trades)
    sizes = _chain_sizes(trades, stores)
    names = {trade.code: shop_names(trade.code) for trade in TRADES}
    plots = Plots()
    for number, (trade, size) in enumerate(zip(trades, sizes, strict=True)):
        stream = dice("merchant", number)
        first, name = next(names[trade.code])
        yield PlannedMerchant(
            number=number,
            name=name,
            legal_name=f"示例市{first}{trade.company}有限公司",
            uscc=social_credit_code(number),
            contact_name=addressed(stream, stream.choice(("经理", "老板", "主管"))),
            contact_phone=f"19900{700_000 + number:06d}",
            trade=trade,
            stores=planned_stores(number, name, trade, size, plots),
            terms=(usual_terms(trade.terms, BEFORE, stream),),
        )


def _chain_sizes(trades: Sequence[PlannedTrade], stores: int) -> list[int]:
    weights = []
    for number, trade in enumerate(trades):
        appetite = dice("chain", number).lognormvariate(0, 0.75)
        weights.append(max(trade.chain * appetite - 0.8, 0.05))
    sizes = apportioned(stores, weights, least=1)
    # What a giant has too much goes to the smallest.
    while max(sizes) > _MOST_STORES:
        sizes[sizes.index(max(sizes))] -= 1
        sizes[sizes.index(min(sizes))] += 1
    return sizes


def _late(merchant: PlannedMerchant) -> PlannedMerchant:
    since = dice("late", merchant.number).randint(40, 230)
    return replace(merchant, since=since, terms=(replace(merchant.terms[0], since=since),))


def _left(merchant: PlannedMerchant) -> PlannedMerchant:
    return replace(merchant, until=dice("left", merchant.number).randint(200, 320))


def _suspended(merchant: PlannedMerchant) -> PlannedMerchant:
    return replace(merchant, suspended=dice("suspended", merchant.number).randint(330, 355))


def _closing(merchant: PlannedMerchant) -> PlannedMerchant:
    day = dice("closing", merchant.number).randint(150, 330)
    *others, last = merchant.stores
    return replace(merchant, stores=(*others, replace(last, closed=day)))


def _short(merchant: PlannedMerchant) -> PlannedMerchant:
    stream = dice("short", merchant.number)
    return replace(merchant, terms=(shortened(merchant.terms[0], stream),))


def _changed(merchant: PlannedMerchant) -> PlannedMerchant:
    stream = dice("changed", merchant.number)
    terms = merchant.terms[-1]
    return replace(
        merchant, terms=(*merchant.terms, changed(terms, stream.randint(90, 270), stream))
    )


def _closed_on_its_day(merchant: PlannedMerchant) -> PlannedMerchant:
    stores = tuple(
        store if store.closed is None else replace(store, until=min(store.until, store.closed - 1))
        for store in merchant.stores
    )
    return replace(merchant, stores=stores)
