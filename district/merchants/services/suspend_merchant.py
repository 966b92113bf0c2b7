"""Stopping a merchant's tills and its listing, and letting them go on."""

from django.db import transaction

from district.kernel import audit, clock
from district.members.models import User
from district.merchants.models import Merchant


@transaction.atomic
def suspend_merchant(*, merchant: Merchant, reason: str, by: User | None) -> Merchant:
    """The merchant shut off at once; suspending it again changes nothing."""
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if merchant.state == Merchant.State.SUSPENDED:
        return merchant
    merchant.state, merchant.suspended_at = Merchant.State.SUSPENDED, clock.now()
    merchant.suspended_for = reason
    merchant.save(update_fields=["state", "suspended_at", "suspended_for"])
    _record("suspend_merchant", merchant, by, reason=reason)
    return merchant


@transaction.atomic
def resume_merchant(*, merchant: Merchant, by: User | None) -> Merchant:
    """The merchant as before its suspension; its membership and keys were never touched."""
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if merchant.state == Merchant.State.ACTIVE:
        return merchant
    merchant.state, merchant.suspended_at = Merchant.State.ACTIVE, None
    merchant.suspended_for = ""
    merchant.save(update_fields=["state", "suspended_at", "suspended_for"])
    _record("resume_merchant", merchant, by)
    return merchant


def _record(verb: str, merchant: Merchant, by: User | None, **facts: str) -> None:
    audit.record(by=by, verb=verb, subject=f"merchants.merchant:{merchant.pk}", **facts)
