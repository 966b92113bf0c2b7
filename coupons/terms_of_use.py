"""Where, when and with what a coupon can be used: as words for people and as data for a program."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from coupons.card_view import Condition, conditions_of, places_named_by
from coupons.engine.schedule import DAY_MINUTES, TimeWindow
from coupons.engine.scope import Places
from coupons.models import TemplateVersion
from coupons.qr_links import picture_url_of
from coupons.queries.place_names import PlaceNames, place_names
from coupons.queries.versions import terms_of_row


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A venue, trade, merchant or store: its public id (of a trade its code) and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class NamedPlaces:
    venues: tuple[NamedPlace, ...]
    trades: tuple[NamedPlace, ...]
    merchants: tuple[NamedPlace, ...]
    stores: tuple[NamedPlace, ...]


@dataclass(frozen=True, slots=True)
class UsageHours:
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

    only: NamedPlaces
    except_at: NamedPlaces
    products: tuple[str, ...]
    except_products: tuple[str, ...]
    hours: tuple[UsageHours, ...]
    closed_days: tuple[ClosedDays, ...]
    stacking: str
    threshold_fen: int
    uses: int
    partial: bool
    conditions: tuple[Condition, ...]
    instructions: str
    picture_url: str | None


def terms_of_use(version: TemplateVersion, names: PlaceNames | None = None) -> TermsOfUse:
    """Of one version; for many ask `names_of` once."""
    names = names or names_of([version])
    terms = terms_of_row(version)
    return TermsOfUse(
        only=_places(terms.scope.only, names),
        except_at=_places(terms.scope.but_not, names),
        products=tuple(sorted(terms.scope.products)),
        except_products=tuple(sorted(terms.scope.but_no_products)),
        hours=tuple(_hours(window) for window in terms.schedule.windows),
        closed_days=tuple(ClosedDays(first, last) for first, last in terms.schedule.never),
        stacking=version.stacking,
        threshold_fen=version.threshold_fen,
        uses=version.uses,
        partial=version.partial,
        conditions=conditions_of(version, names),
        instructions=version.instructions,
        picture_url=picture_url_of(version.picture) if version.picture else None,
    )


def names_of(versions: Iterable[TemplateVersion]) -> PlaceNames:
    """The names of all places that these versions speak of, one query a kind."""
    return place_names([place for version in versions for place in places_named_by(version)])


def _places(places: Places, names: PlaceNames) -> NamedPlaces:
    def of(known: dict[str, str], wanted: frozenset[str]) -> tuple[NamedPlace, ...]:
        return tuple(NamedPlace(key, name) for key, name in known.items() if key in wanted)

    return NamedPlaces(
        venues=of(names.venues, places.venues),
        trades=of(names.trades, places.trades),
        merchants=of(names.merchants, places.merchants),
        stores=of(names.stores, places.stores),
    )


def _hours(window: TimeWindow) -> UsageHours:
    overnight = window.end <= window.start
    return UsageHours(
        weekdays=tuple(sorted(window.weekdays)),
        days=window.kind.value,
        opens=_clock(window.start),
        closes=_clock(window.end % DAY_MINUTES if overnight else window.end),
        closes_next_day=overnight,
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
