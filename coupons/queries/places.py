"""Where else a coupon can be used, asked only when it was refused at a counter."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from coupons.engine.bill import StoreRef
from coupons.engine.scope import KINDS, CouponScope

# So many are named for each scope, of so many stores that are looked at.
EACH, MOST_LOOKED_AT, MOST_NAMED = 3, 300, 1_000


@dataclass(frozen=True, slots=True)
class NearbyStore:
    """A store as somebody at another counter would look for it."""

    store: str
    name: str
    venue: str
    floor: str
    same_brand: bool
    same_venue: bool

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def nearby_stores(
    store: int, scopes: Sequence[CouponScope], at: datetime
) -> dict[CouponScope, list[NearbyStore]]:
    """For each scope up to three open stores of the alliance where it holds: under the same roof first,
    the same merchant's before others, from floor to floor. One query, however many scopes."""
    near = _stores_near(store, scopes, at)
    return {
        scope: [place for counter, place in near if scope.holds_at(counter)][:EACH]
        for scope in scopes
    }


def _stores_near(
    store: int, scopes: Sequence[CouponScope], at: datetime
) -> list[tuple[StoreRef, NearbyStore]]:
    everywhere = not all(scope.only for scope in scopes)
    named = [
        sorted({name for scope in scopes for name in getattr(scope.only, kind)})[:MOST_NAMED]
        for kind in KINDS
    ]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR, [store, at, everywhere, *named, MOST_LOOKED_AT])
        return [(StoreRef(*row[:4]), NearbyStore(row[0], *row[4:])) for row in cursor.fetchall()]


_NEAR = """
    select store.public_id, merchant.public_id, venue.public_id, trade.code, store.name, venue.name,
        store.floor, store.merchant_id = here.merchant_id as same_brand,
        store.venue_id = here.venue_id as same_venue
    from merchants_store here
    join merchants_store store on store.id <> here.id and store.state = 'open'
    join merchants_merchant merchant on merchant.id = store.merchant_id
    join merchants_venue venue on venue.id = store.venue_id
    join merchants_trade trade on trade.id = store.trade_id
    where here.id = %s and merchant.state = 'active' and exists (
            select from merchants_alliancemembership where merchant_id = merchant.id and period @> %s)
        and (%s or store.public_id = any(%s) or merchant.public_id = any(%s)
             or trade.code = any(%s) or venue.public_id = any(%s))
    order by same_venue desc, same_brand desc,
        abs(array_position(venue.floors, store.floor) - array_position(venue.floors, here.floor))
            nulls last,
        store.id
    limit %s
"""
