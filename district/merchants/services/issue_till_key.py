"""Giving a till its key, and taking it back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from district.kernel import audit, clock
from district.kernel.errors import InvalidRequest
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants import till_secrets
from district.merchants.errors import StoreNotYours
from district.merchants.models import Merchant, Store, TillKey, TillKeyStore


class IssuedTillKey(NamedTuple):
    """A new key and its text, which is shown this once; a repeated call cannot show it again."""

    till_key: TillKey
    text: str | None


@transaction.atomic
def issue_till_key(
    *,
    merchant: Merchant,
    stores: Collection[Store],
    name: str,
    by: User | None,
    key: Key,
    expires_at: datetime | None = None,
) -> IssuedTillKey:
    """A key for the merchant's tills in exactly these stores.

    Raises InvalidRequest without a store, StoreNotYours, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return IssuedTillKey(TillKey.objects.get(pk=earlier), None)
    if not stores:
        raise InvalidRequest(reason=_("请至少选择一家门店"))
    if any(store.merchant_id != merchant.pk for store in stores):
        raise StoreNotYours
    issued = _create(merchant, {store.pk for store in stores}, name, by, expires_at)
    _record("issue_till_key", issued.till_key, by)
    store_result(key, issued.till_key.pk)
    return issued


@transaction.atomic
def revoke_till_key(*, till_key: TillKey, by: User | None) -> TillKey:
    """The key refused from now on; revoking it again changes nothing."""
    till_key = TillKey.objects.select_for_update(no_key=True).get(pk=till_key.pk)
    if till_key.revoked_at is not None:
        return till_key
    till_key.revoked_at = clock.real_now()
    till_key.save(update_fields=["revoked_at"])
    _record("revoke_till_key", till_key, by)
    return till_key


def _create(
    merchant: Merchant,
    stores: set[int],
    name: str,
    by: User | None,
    expires_at: datetime | None,
) -> IssuedTillKey:
    """The rows of a new key; the caller has checked that the stores are the merchant's."""
    prefix, secret = till_secrets.new_prefix(), till_secrets.new_secret()
    till_key = TillKey.objects.create(
        merchant=merchant,
        name=name,
        prefix=prefix,
        secret_hash=till_secrets.digest(secret),
        created_by=by,
        created_at=clock.real_now(),
        expires_at=expires_at,
    )
    TillKeyStore.objects.bulk_create(
        TillKeyStore(till_key=till_key, store_id=store, merchant=merchant)
        for store in sorted(stores)
    )
    return IssuedTillKey(till_key, till_secrets.key_text(prefix, secret))


def _record(verb: str, till_key: TillKey, by: User | None, **facts: Any) -> None:
    """An audit line with the stores the key opens."""
    stores = sorted(till_key.scope.values_list("store_id", flat=True))
    audit.record(
        by=by, verb=verb, subject=f"merchants.tillkey:{till_key.pk}", stores=stores, **facts
    )
