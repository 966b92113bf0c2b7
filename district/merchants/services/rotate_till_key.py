"""Changing a till's key without stopping the till."""

from datetime import datetime, timedelta

from django.db import transaction

from district.kernel import clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.errors import TillKeyEnded
from district.merchants.models import TillKey
from district.merchants.services.issue_till_key import IssuedTillKey, _create, _record

OVERLAP = timedelta(hours=24)


@transaction.atomic
def rotate_till_key(
    *,
    till_key: TillKey,
    by: User | None,
    key: Key,
    overlap: timedelta = OVERLAP,
    expires_at: datetime | None = None,
) -> IssuedTillKey:
    """A successor with the same stores; the old key lives on for `overlap` while tills change over.

    Raises TillKeyEnded, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return IssuedTillKey(TillKey.objects.get(pk=earlier), None)
    old = TillKey.objects.select_for_update(no_key=True).get(pk=till_key.pk)
    now = clock.real_now()
    if old.revoked_at or old.replaced_by_id or (old.expires_at and old.expires_at <= now):
        raise TillKeyEnded
    scope = set(old.scope.values_list("store_id", flat=True))
    issued = _create(old.merchant, scope, old.name, by, expires_at)
    old.replaced_by = issued.till_key
    old.expires_at = min(filter(None, [now + overlap, old.expires_at]))
    old.save(update_fields=["replaced_by", "expires_at"])
    _record("rotate_till_key", old, by, replaced_by=issued.till_key.pk)
    store_result(key, issued.till_key.pk)
    return issued
