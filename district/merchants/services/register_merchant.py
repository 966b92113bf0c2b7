"""Taking a merchant into the books."""

from django.db import transaction

from district.kernel import audit
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.errors import MerchantAlreadyRegistered
from district.merchants.models import Merchant


@transaction.atomic
def register_merchant(
    *,
    name: str,
    legal_name: str,
    by: User | None,
    key: Key,
    uscc: str | None = None,
    contact_name: str = "",
    contact_phone: str = "",
) -> Merchant:
    """A merchant of the district; it belongs to the alliance only once enrolled.

    Raises MerchantAlreadyRegistered, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return Merchant.objects.get(pk=earlier)
    if uscc is not None and Merchant.objects.filter(uscc=uscc).exists():
        raise MerchantAlreadyRegistered(uscc=uscc)
    merchant = Merchant.objects.create(
        name=name,
        legal_name=legal_name,
        uscc=uscc,
        contact_name=contact_name,
        contact_phone=contact_phone,
    )
    audit.record(by=by, verb="register_merchant", subject=f"merchants.merchant:{merchant.pk}")
    store_result(key, merchant.pk)
    return merchant
