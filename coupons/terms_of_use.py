"""Where, when and with what a coupon can be used: as words for people and as data for a program."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coupons.faces import Line, conditions_of, places_named_by
from coupons.models import TemplateVersion
from coupons.printed import address_of
from coupons.queries.names import Named, named
from coupons.queries.versions import rules_by
from coupons.rules.scopes import Places
from coupons.rules.times import DAY, Window


@dataclass(frozen=True, slots=True)
class Place:
    """A venue, trade, merchant or store: its public id (of a trade its code) and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PlacesNamed:
    venues: tuple[Place, ...]
    trades: tuple[Place, ...]
    merchants: tuple[Place, ...]
    stores: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """`opens` and `closes` as 11:00; with `closes_next_day` past midnight; weekdays by ISO 8601;
    `days` is any, workday or holiday."""

    weekdays: tuple[int, ...]
    days: str
    opens: str
    closes: str
    closes_next_day: bool


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """A stretch of days on which it is not good, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class TermsOfUse:
    """No hours: at any time while it is valid. `only` without any name: every store of the alliance.

    Products are the merchants' own codes; none means all of them.
    """

    only: PlacesNamed
    except_at: PlacesNamed
    products: tuple[str, ...]
    except_products: tuple[str, ...]
    hours: tuple[Hours, ...]
    closed_days: tuple[ClosedDays, ...]
    stacking: str
    threshold_fen: int
    uses: int
    partial: bool
    conditions: tuple[Line, ...]
    instructions: str
    picture_url: str | None


def terms_of_use(version: TemplateVersion, names: Named | None = None) -> TermsOfUse:
    """Of one version; for many ask `names_of` once."""
    names = names or names_of([version])
    rules = rules_by(version)
    return TermsOfUse(
        only=_places(rules.scope.only, names),
        except_at=_places(rules.scope.but_not, names),
        products=tuple(sorted(rules.scope.products)),
        except_products=tuple(sorted(rules.scope.but_no_products)),
        hours=tuple(_hours(window) for window in rules.times.windows),
        closed_days=tuple(ClosedDays(first, last) for first, last in rules.times.never),
        stacking=version.stacking,
        threshold_fen=version.threshold_fen,
        uses=version.uses,
        partial=version.partial,
        conditions=conditions_of(version, names),
        instructions=version.instructions,
        picture_url=address_of(version.picture) if version.picture else None,
    )


def names_of(versions: Iterable[TemplateVersion]) -> Named:
    """The names of all places that these versions speak of, one query a kind."""
    return named([place for version in versions for place in places_named_by(version)])


def _places(places: Places, names: Named) -> PlacesNamed:
    def of(known: dict[str, str], asked: frozenset[str]) -> tuple[Place, ...]:
        return tuple(Place(key, name) for key, name in known.items() if key in asked)

    return PlacesNamed(
        venues=of(names.venues, places.venues),
        trades=of(names.trades, places.trades),
        merchants=of(names.merchants, places.merchants),
        stores=of(names.stores, places.stores),
    )


def _hours(window: Window) -> Hours:
    overnight = window.end <= window.start
    return Hours(
        weekdays=tuple(sorted(window.weekdays)),
        days=window.kind.value,
        opens=_clock(window.start),
        closes=_clock(window.end % DAY if overnight else window.end),
        closes_next_day=overnight,
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
