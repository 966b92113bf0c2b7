"""Correcting what is written down about a merchant."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from district.kernel import audit
from district.members.models import User
from district.merchants.errors import MerchantAlreadyRegistered
from district.merchants.models import Merchant


@dataclass(frozen=True)
class MerchantDetails:
    """What the books say about a merchant."""

    name: str
    legal_name: str
    uscc: str | None
    contact_name: str
    contact_phone: str


@transaction.atomic
def edit_merchant(*, merchant: Merchant, details: MerchantDetails, by: User | None) -> Merchant:
    """The merchant as described; what the books say already changes nothing.

    Raises MerchantAlreadyRegistered.
    """
    merchant = _locked(merchant)
    twins = Merchant.objects.filter(uscc=details.uscc).exclude(pk=merchant.pk)
    if details.uscc is not None and twins.exists():
        raise MerchantAlreadyRegistered(uscc=details.uscc)
    return _save_changes(merchant, asdict(details), by)


@transaction.atomic
def set_contact(
    *, merchant: Merchant, contact_name: str, contact_phone: str, by: User | None
) -> Merchant:
    """Whom the operator calls: the part of the books a merchant keeps itself."""
    wanted = {"contact_name": contact_name, "contact_phone": contact_phone}
    return _save_changes(_locked(merchant), wanted, by)


def _locked(merchant: Merchant) -> Merchant:
    return Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)


def _save_changes(merchant: Merchant, wanted: dict[str, Any], by: User | None) -> Merchant:
    changed = [name for name, value in wanted.items() if getattr(merchant, name) != value]
    if changed:
        for name in changed:
            setattr(merchant, name, wanted[name])
        merchant.save()
        # The columns alone: a contact's name and number are personal data.
        subject = f"merchants.merchant:{merchant.pk}"
        audit.record(by=by, verb="edit_merchant", subject=subject, columns=changed)
    return merchant
