"""Reversal: the till undoes a whole earning or spending by a counter-entry, never by deletion."""

from district.kernel import clock
from district.kernel.idempotency import Key
from district.merchants.models import Store
from loyalty import ledger
from loyalty.models import Transfer


def reverse_transfer(
    *, transfer: Transfer, store: Store, reason: str, actor: str, key: Key
) -> Transfer:
    """The counter-entry of a transfer of the same merchant, written once.

    A spending gives its points back to the lots they came from, with their old expiry. An earning
    takes its own lot back and is refused when any of it was used meanwhile.

    Raises KeyReused, TransferNotReversible.
    """
    pk = ledger.reverse(
        transfer=transfer.pk,
        store=store.pk,
        actor=actor,
        reason=reason,
        key=key,
        at=clock.now(),
    )
    return Transfer.objects.select_related("store", "reverses").get(pk=pk)
