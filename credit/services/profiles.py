"""Licences as they were verified, and what else of a profile was checked."""

from datetime import date
from typing import Any

from django.db import transaction

from credit.errors import LicenceInvalid
from credit.models import Licence, ProfileEntry
from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant


@transaction.atomic
def verify_licence(
    *,
    merchant: Merchant,
    number: str,
    valid_from: date,
    valid_until: date | None,
    by: User | None,
    key: Key,
) -> Licence:
    """Somebody saw this licence; from now on it is the merchant's. Raises KeyReused, LicenceInvalid."""
    if (earlier := claim_key(key)) is not None:
        return Licence.objects.get(pk=earlier)
    if not number or (valid_until is not None and valid_until < valid_from):
        raise LicenceInvalid
    row = Licence.objects.create(
        merchant=merchant,
        number=number,
        valid_from=valid_from,
        valid_until=valid_until,
        verified_by=by,
        verified_at=clock.now(),
    )
    store_result(key, row.pk)
    _record("verify_licence", merchant, by, licence=row.pk)
    return row


@transaction.atomic
def set_profile_entry(
    *, merchant: Merchant, item: str, content: str, by: User | None
) -> ProfileEntry:
    """What is found of an item now; the same again changes nothing."""
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    entries = ProfileEntry.objects.filter(merchant=merchant, item=item)
    latest = entries.order_by("-noted_at", "-pk").first()
    if latest is not None and latest.content == content:
        return latest
    row = ProfileEntry.objects.create(
        merchant=merchant, item=item, content=content, noted_by=by, noted_at=clock.now()
    )
    _record("set_profile_entry", merchant, by, item=item)
    return row


def _record(verb: str, merchant: Merchant, by: User | None, **facts: Any) -> None:
    audit.record(by=by, verb=verb, subject=f"merchants.merchant:{merchant.pk}", **facts)
