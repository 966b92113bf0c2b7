"""Figures of complaints for the district, its venues and its trades."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from credit.models import DistrictStatistics
from credit.queries.case_outcomes import counted_cases
from credit.queries.score_inputs import case_fact, end_of_day
from credit.statistics import (
    PERIOD_DAYS,
    CaseFact,
    CaseStatistics,
    case_statistics,
    statistics_document,
)
from district.kernel.errors import NotFound
from district.merchants.models import Store
from loyalty import queries as loyalty


class Area(NamedTuple):
    """A venue or a trade by its key, or with neither the whole district."""

    venue: int | None = None
    trade: int | None = None


DISTRICT = Area()


def derive_district(as_of: date) -> dict[Area, CaseStatistics]:
    """What is published for each area of the twelve months that end with the day, as it was known at its end.

    A store counts where it is and for the trade it has now; a venue or trade with neither a case nor a purchase has no
    figures. Purchases are those that stand today: a later refund takes one away.
    """
    facts, purchases = _facts(as_of), _purchases(as_of)
    areas = {DISTRICT, *facts, *purchases}
    return {area: case_statistics(facts.get(area, ()), purchases.get(area, 0)) for area in areas}


def _facts(as_of: date) -> dict[Area, list[CaseFact]]:
    areas = _areas()
    found: dict[Area, list[CaseFact]] = defaultdict(list)
    rows = counted_cases(end_of_day(as_of)).filter(final_on__gte=_first_day(as_of))
    for row in rows.order_by("pk"):
        for area in areas[row.store_id]:
            found[area].append(case_fact(row, as_of))
    return found


def _purchases(as_of: date) -> dict[Area, int]:
    areas = _areas()
    found: dict[Area, int] = defaultdict(int)
    for store, count in loyalty.purchases_by_store(_first_day(as_of), as_of).items():
        for area in areas[store]:
            found[area] += count
    return found


def _areas() -> dict[int, tuple[Area, ...]]:
    """The areas of each store."""
    rows = Store.objects.values_list("pk", "venue", "trade")
    return {store: (DISTRICT, Area(venue=venue), Area(trade=trade)) for store, venue, trade in rows}


def _first_day(as_of: date) -> date:
    return as_of - timedelta(days=PERIOD_DAYS - 1)


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """The rows of a day: of the district, of its venues by name, of its trades in their order."""

    as_of: date
    district: DistrictStatistics
    venues: list[DistrictStatistics]
    trades: list[DistrictStatistics]


def published_day(as_of: date | None = None) -> PublishedDay:
    """What was published of a day, or of the newest. Raises NotFound."""
    if as_of is None:
        newest = DistrictStatistics.objects.order_by("-as_of").first()
        if newest is None:
            raise NotFound
        as_of = newest.as_of
    rows = list(statistics_of(as_of))
    district = next((row for row in rows if row.venue is None and row.trade is None), None)
    if district is None:
        raise NotFound
    venues = [(row.venue.name, row.pk, row) for row in rows if row.venue]
    trades = [(row.trade.sort, row.pk, row) for row in rows if row.trade]
    return PublishedDay(
        as_of,
        district,
        venues=[row for *_, row in sorted(venues)],
        trades=[row for *_, row in sorted(trades)],
    )


def statistics_of(as_of: date) -> "QuerySet[DistrictStatistics]":
    """The rows of a day."""
    return DistrictStatistics.objects.filter(as_of=as_of).select_related("venue", "trade")


@dataclass(frozen=True, slots=True)
class DistrictRecomputation:
    """The rows of a day against the facts: how many rows, the areas whose figures are not what follows from the
    complaints known then and the purchases of their row, and how many purchases were given back since."""

    rows: int
    changed: list[str]
    refunded: int


def recompute_district(as_of: date) -> DistrictRecomputation:
    """The figures of a day anew."""
    rows = {Area(row.venue_id, row.trade_id): row.statistics for row in statistics_of(as_of)}
    facts, purchases = _facts(as_of), _purchases(as_of)
    changed = [
        _named(area)
        for area in sorted(rows.keys() | facts.keys(), key=_named)
        if area not in rows
        or rows[area]
        != statistics_document(case_statistics(facts.get(area, ()), rows[area]["purchases"]))
    ]
    published = rows[DISTRICT]["purchases"] if DISTRICT in rows else 0
    return DistrictRecomputation(len(rows), changed, published - purchases.get(DISTRICT, 0))


def _named(area: Area) -> str:
    if area.venue is not None:
        return f"venue {area.venue}"
    return f"trade {area.trade}" if area.trade is not None else "district"
