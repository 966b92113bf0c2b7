"""Money with a purpose of its own, as a party of the ledger."""

from django.db import transaction

from district.kernel import audit
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant


@transaction.atomic
def create_fund(*, name: str, by: User | None, key: Key) -> Merchant:
    """A fund: a party that may be given what nobody spent; it has no stores and no terms.

    Raises KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return Merchant.objects.get(pk=earlier)
    fund = Merchant.objects.create(kind=Merchant.Kind.FUND, name=name, legal_name=name)
    audit.record(by=by, verb="create_fund", subject=f"merchants.merchant:{fund.pk}")
    store_result(key, fund.pk)
    return fund
