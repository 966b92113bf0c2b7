"""Which merchants there are, since when they belong to the alliance, and at what terms."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from district.demo.plan.codes import social_credit_code
from district.demo.plan.demand_calendar import DAYS
from district.demo.plan.names import merchant_names, staff_name
from district.demo.plan.random_streams import apportion, random_stream, shuffle
from district.demo.plan.stores import PlannedStore, UnitNumbers, planned_stores
from district.demo.plan.terms import (
    PlannedTerms,
    usual_terms,
    with_better_terms,
    with_short_validity,
)
from district.demo.plan.trades import TRADES, PlannedTrade

FOUNDED_DAY = -30  # the alliance was founded a month before the year
_MOST_STORES = 9
# Of 120 merchants so many joined late, left, are suspended, closed a store, think short, think again.
_LATE_COUNT, _LEFT_COUNT, _SUSPENDED_COUNT, _CLOSING_COUNT, _SHORT_COUNT, _CHANGED_COUNT = (
    8,
    3,
    2,
    5,
    12,
    12,
)
_FULL_SIZE = 120


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
    since: int = FOUNDED_DAY
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


def planned_merchants(merchants: int, stores: int) -> tuple[PlannedMerchant, ...]:
    """The merchants with their stores; the two with the widest chains are as steady as can be."""
    planned = list(_ordinary_merchants(merchants, stores))
    main_merchants = set(main_merchant_numbers(planned))
    others = shuffle(
        random_stream("fates"), [m.number for m in planned if m.number not in main_merchants]
    )
    for fate, of_full in (
        (_close_a_store, _CLOSING_COUNT), (_join_late, _LATE_COUNT), (_leave, _LEFT_COUNT),
        (_suspend, _SUSPENDED_COUNT), (_shorten_validity, _SHORT_COUNT), (_change_terms, _CHANGED_COUNT),
    ):  # fmt: skip
        for _ in range(max(1, round(of_full * merchants / _FULL_SIZE))):
            # Only who has another store closes one.
            number = next(n for n in others if fate != _close_a_store or len(planned[n].stores) > 1)
            others.remove(number)
            planned[number] = fate(planned[number])
    return tuple(map(_with_closing_days, (merchant.with_store_days() for merchant in planned)))


def main_merchant_numbers(planned: Sequence[PlannedMerchant]) -> tuple[int, int]:
    """The two merchants of different trades with the most stores: where the demo's people work."""
    by_size = sorted(planned, key=lambda merchant: (-len(merchant.stores), merchant.number))
    first = by_size[0]
    second = next(merchant for merchant in by_size if merchant.trade != first.trade)
    return first.number, second.number


def _ordinary_merchants(merchants: int, stores: int) -> Iterator[PlannedMerchant]:
    trades = [
        trade
        for trade, count in zip(
            TRADES, apportion(merchants, [trade.merchants for trade in TRADES]), strict=True
        )
        for _ in range(count)
    ]
    trades = shuffle(random_stream("order of merchants"), trades)
    sizes = _chain_sizes(trades, stores)
    names = {trade.code: merchant_names(trade.code) for trade in TRADES}
    unit_numbers = UnitNumbers()
    for number, (trade, size) in enumerate(zip(trades, sizes, strict=True)):
        stream = random_stream("merchant", number)
        first, name = next(names[trade.code])
        yield PlannedMerchant(
            number=number,
            name=name,
            legal_name=f"示例市{first}{trade.company}有限公司",
            uscc=social_credit_code(number),
            contact_name=staff_name(stream, stream.choice(("经理", "老板", "主管"))),
            contact_phone=f"19900{700_000 + number:06d}",
            trade=trade,
            stores=planned_stores(number, name, trade, size, unit_numbers),
            terms=(usual_terms(trade.terms, FOUNDED_DAY, stream),),
        )


def _chain_sizes(trades: Sequence[PlannedTrade], stores: int) -> list[int]:
    weights = []
    for number, trade in enumerate(trades):
        appetite = random_stream("chain", number).lognormvariate(0, 0.75)
        weights.append(max(trade.chain * appetite - 0.8, 0.05))
    sizes = apportion(stores, weights, least=1)
    # What a giant has too much goes to the smallest.
    while max(sizes) > _MOST_STORES:
        sizes[sizes.index(max(sizes))] -= 1
        sizes[sizes.index(min(sizes))] += 1
    return sizes


def _join_late(merchant: PlannedMerchant) -> PlannedMerchant:
    since = random_stream("late", merchant.number).randint(40, 230)
    return replace(merchant, since=since, terms=(replace(merchant.terms[0], since=since),))


def _leave(merchant: PlannedMerchant) -> PlannedMerchant:
    return replace(merchant, until=random_stream("left", merchant.number).randint(200, 320))


def _suspend(merchant: PlannedMerchant) -> PlannedMerchant:
    return replace(
        merchant, suspended=random_stream("suspended", merchant.number).randint(330, 355)
    )


def _close_a_store(merchant: PlannedMerchant) -> PlannedMerchant:
    day = random_stream("closing", merchant.number).randint(150, 330)
    *others, last = merchant.stores
    return replace(merchant, stores=(*others, replace(last, closed=day)))


def _shorten_validity(merchant: PlannedMerchant) -> PlannedMerchant:
    stream = random_stream("short", merchant.number)
    return replace(merchant, terms=(with_short_validity(merchant.terms[0], stream),))


def _change_terms(merchant: PlannedMerchant) -> PlannedMerchant:
    stream = random_stream("changed", merchant.number)
    terms = merchant.terms[-1]
    return replace(
        merchant, terms=(*merchant.terms, with_better_terms(terms, stream.randint(90, 270), stream))
    )


def _with_closing_days(merchant: PlannedMerchant) -> PlannedMerchant:
    stores = tuple(
        store if store.closed is None else replace(store, until=min(store.until, store.closed - 1))
        for store in merchant.stores
    )
    return replace(merchant, stores=stores)
