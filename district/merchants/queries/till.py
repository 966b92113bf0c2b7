"""Who stands behind a till key."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from district.kernel import clock
from district.kernel.database.process_cache import ProcessCache
from district.merchants import till_secrets
from district.merchants.errors import (
    MerchantSuspended,
    StoreNotInAlliance,
    StoreNotYours,
    TillKeyInvalid,
)
from district.merchants.models import Merchant, Store

# Every request of every till begins here: one indexed look-up, no ORM.
_TILL = """
    select k.id, k.public_id, k.name, k.secret_hash, k.expires_at, k.revoked_at, k.last_used_at,
           m.id, m.public_id, m.name, m.state,
           exists (select from merchants_alliancemembership a
                   where a.merchant_id = m.id and a.period @> %s),
           (select coalesce(json_agg(json_build_array(
                       s.id, s.public_id, s.merchant_id, s.name, s.state) order by s.id), '[]')::text
            from merchants_tillkeystore t join merchants_store s on s.id = t.store_id
            where t.till_key_id = k.id)
    from merchants_tillkey k join merchants_merchant m on m.id = k.merchant_id
    where k.prefix = %s
"""
_MERCHANT = ("id", "public_id", "name", "state")
_STORE = ("id", "public_id", "merchant_id", "name", "state")


@dataclass(frozen=True, slots=True)
class Till:
    """A till that has shown a valid key: its merchant, and the stores it may speak for."""

    key_id: int
    public_id: str
    name: str
    merchant: Merchant
    stores: Mapping[str, Store]
    in_alliance: bool
    last_used_at: datetime | None

    @property
    def merchant_id(self) -> int:
        return self.merchant.pk

    @property
    def actor(self) -> str:
        """How audit lines name it."""
        return f"till:{self.key_id}"

    def store(self, public_id: str) -> Store:
        """Raises StoreNotYours, also for a store that does not exist."""
        try:
            return self.stores[public_id]
        except KeyError:
            raise StoreNotYours from None

    def alliance_store(self, public_id: str) -> Store:
        """A store of this till whose merchant is in the alliance now.

        Raises StoreNotYours, StoreNotInAlliance.
        """
        store = self.store(public_id)
        if not self.in_alliance:
            raise StoreNotInAlliance
        return store


@dataclass(frozen=True, slots=True)
class RememberedTill:
    """What never changes of a key that this process asked for within the last minute: which key it is, whose,
    and the numbers of its stores by their public ids.

    Whether it may still act is asked by the call that posts for it (`merchants_till_may_act`).
    """

    key_id: int
    merchant_id: int
    stores: Mapping[str, int]
    secret_hash: bytes

    @property
    def actor(self) -> str:
        """How audit lines name it."""
        return f"till:{self.key_id}"


# By the prefix of the key. After a minute a key is asked for again, and its use noted.
_remembered = ProcessCache[str, RememberedTill](max_entries=5_000, max_age_seconds=60)


def remembered_till(text: str) -> RememberedTill | None:
    """The till of a key's text, where `till_for` said within the last minute who it is."""
    parts = till_secrets.parts_of(text)
    till = parts and _remembered.get(parts[0])
    if not parts or not till:
        return None
    return till if hmac.compare_digest(till.secret_hash, till_secrets.digest(parts[1])) else None


def till_for(text: str) -> Till:
    """The till a key's text belongs to.

    Stores and merchant come with their identity and state; their other columns load when read.

    Raises TillKeyInvalid for anything but a live key, MerchantSuspended.
    """
    parts = till_secrets.parts_of(text)
    if parts is None:
        raise TillKeyInvalid
    prefix, secret = parts
    with connection.cursor() as cursor:
        cursor.execute(_TILL, [clock.now(), prefix])
        row = cursor.fetchone()
    if row is None:
        raise TillKeyInvalid
    key_id, public_id, name, secret_hash, expires_at, revoked_at, last_used_at = row[:7]
    if not hmac.compare_digest(bytes(secret_hash), till_secrets.digest(secret)):
        raise TillKeyInvalid
    if revoked_at is not None or (expires_at is not None and expires_at <= clock.real_now()):
        raise TillKeyInvalid
    merchant = Merchant.from_db("default", _MERCHANT, row[7:11])
    if merchant.state == Merchant.State.SUSPENDED:
        raise MerchantSuspended
    till = Till(
        key_id=key_id,
        public_id=public_id,
        name=name,
        merchant=merchant,
        stores=_stores(row[12], merchant),
        in_alliance=row[11],
        last_used_at=last_used_at,
    )
    stores = {public_id: store.pk for public_id, store in till.stores.items()}
    _remembered.store(prefix, RememberedTill(key_id, merchant.pk, stores, bytes(secret_hash)))
    return till


def _stores(text: str, merchant: Merchant) -> dict[str, Store]:
    stores = {}
    for values in json.loads(text):
        store = Store.from_db("default", _STORE, values)
        store.merchant = merchant
        stores[store.public_id] = store
    return stores
