"""What anybody may find: venues, trades, merchants and stores, as querysets to be paged."""

from datetime import datetime

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)

from district.kernel.clock import SHANGHAI
from district.kernel.errors import NotFound
from district.merchants import naming
from district.merchants.models import Merchant, OpeningHours, Store, Trade, Venue
from district.merchants.queries.alliance import is_member

# Chinese by pinyin, in byte order: the same on every server.
BY_NAME = ("name_key", "public_id")
_DAY = 24 * 60


def venues() -> QuerySet[Venue]:
    return Venue.objects.all()


def trades() -> QuerySet[Trade]:
    return Trade.objects.all()


def stores(
    *,
    at: datetime,
    q: str = "",
    venue: str = "",
    trade: str = "",
    floor: str = "",
    merchant: str = "",
    open_at: datetime | None = None,
    round_the_clock: bool | None = None,
    alliance_only: bool = True,
) -> QuerySet[Store]:
    """Stores a shopper may walk into, each with `open_now` and `in_alliance` as of `at`."""
    rows = _stores(at).filter(state=Store.State.OPEN, merchant__state=Merchant.State.ACTIVE)
    wanted = {
        "venue__public_id": venue,
        "trade__code": trade,
        "floor": floor,
        "merchant__public_id": merchant,
    }
    rows = rows.filter(_matches_search(q, "search_key", "merchant__search_key"))
    rows = rows.filter(**{path: value for path, value in wanted.items() if value})
    if open_at is not None:
        rows = rows.filter(is_open(open_at))
    if round_the_clock is not None:
        rows = rows.filter(round_the_clock=round_the_clock)
    return rows.filter(Q(in_alliance=True)) if alliance_only else rows


def store(public_id: str, at: datetime) -> Store:
    """One store with its hours, also when it has closed. Raises NotFound."""
    row = _stores(at).prefetch_related("hours").filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def merchants(
    *,
    at: datetime,
    q: str = "",
    venue: str = "",
    trade: str = "",
    alliance_only: bool = True,
) -> QuerySet[Merchant]:
    """Merchants that are not suspended, each with `in_alliance` as of `at`."""
    rows = _merchants(at).filter(_matches_search(q, "search_key"), state=Merchant.State.ACTIVE)
    store_filters = {"venue__public_id": venue, "trade__code": trade}
    if store_filters := {path: value for path, value in store_filters.items() if value}:
        matching_stores = Store.objects.filter(
            merchant=OuterRef("pk"), state=Store.State.OPEN, **store_filters
        )
        rows = rows.filter(Exists(matching_stores))
    return rows.filter(Q(in_alliance=True)) if alliance_only else rows


def merchant(public_id: str, at: datetime) -> Merchant:
    """One merchant with its open stores. Raises NotFound."""
    open_stores = _stores(at).filter(state=Store.State.OPEN).order_by(*BY_NAME)
    rows = _merchants(at).prefetch_related(Prefetch("stores", open_stores))
    if (row := rows.filter(public_id=public_id).first()) is None:
        raise NotFound
    return row


def is_open(at: datetime) -> Q:
    """A condition on stores: open at an instant, counting yesterday's hours that run past midnight."""
    local = at.astimezone(SHANGHAI)
    today, minute = local.weekday(), local.hour * 60 + local.minute
    now = Q(weekday=today, opens_minute__lte=minute, closes_minute__gt=minute)
    still = Q(weekday=(today - 1) % 7, closes_minute__gt=minute + _DAY)
    hours = OpeningHours.objects.filter(now | still, store=OuterRef("pk"))
    return Q(round_the_clock=True) | Q(Exists(hours))


def _stores(at: datetime) -> QuerySet[Store]:
    open_now = Q(state=Store.State.OPEN) & is_open(at)
    allied = Q(merchant__state=Merchant.State.ACTIVE) & Q(is_member(at, "merchant"))
    return Store.objects.select_related("merchant", "venue", "trade").annotate(
        open_now=ExpressionWrapper(open_now, output_field=BooleanField()),
        in_alliance=ExpressionWrapper(allied, output_field=BooleanField()),
    )


def _merchants(at: datetime) -> QuerySet[Merchant]:
    allied = Q(state=Merchant.State.ACTIVE) & Q(is_member(at))
    return Merchant.objects.annotate(
        in_alliance=ExpressionWrapper(allied, output_field=BooleanField())
    )


def _matches_search(q: str, *columns: str) -> Q:
    """Each word of a search stands in one of the columns; a search of no words finds nothing."""
    if not q:
        return Q()
    terms = naming.search_terms(q)
    condition = Q() if terms else Q(pk__in=[])
    for term in terms:
        anywhere = Q()
        for column in columns:
            anywhere |= Q(**{f"{column}__contains": term})
        condition &= anywhere
    return condition
