"""The names of the places a scope means."""

from collections.abc import Iterable
from dataclasses import dataclass

from coupons.engine.scope import Places
from district.merchants.models import Merchant, Store, Trade, Venue


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """What is called so: public ids (codes of trades) with their names, by pinyin; unknown ones are
    left out."""

    venues: dict[str, str]
    trades: dict[str, str]
    merchants: dict[str, str]
    stores: dict[str, str]


def place_names(places: Iterable[Places]) -> PlaceNames:
    """The names of all of these, with one query for each kind that is asked for."""
    requested = list(places)
    wanted = {
        kind: frozenset().union(*(getattr(place, kind) for place in requested))
        for kind in ("venues", "trades", "merchants", "stores")
    }
    return PlaceNames(
        venues=_names(Venue, "public_id", "name_key", wanted["venues"]),
        trades=_names(Trade, "code", "sort", wanted["trades"]),
        merchants=_names(Merchant, "public_id", "name_key", wanted["merchants"]),
        stores=_names(Store, "public_id", "name_key", wanted["stores"]),
    )


def alliance_name() -> str:
    """What the alliance calls itself; empty before it has an account."""
    alliance = Merchant.objects.filter(kind=Merchant.Kind.ALLIANCE)
    return alliance.values_list("name", flat=True).first() or ""


def _names(
    model: type[Venue | Trade | Merchant | Store], key: str, order: str, wanted: frozenset[str]
) -> dict[str, str]:
    if not wanted:
        return {}
    rows = model._default_manager.filter(**{f"{key}__in": wanted}).order_by(order, key)
    return dict(rows.values_list(key, "name"))
