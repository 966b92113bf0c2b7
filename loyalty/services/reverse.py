"""Reversal: the till undoes an earning or a spending by a counter-entry, never by deletion."""

from django.db import transaction

from district.kernel import clock
from district.kernel.idempotency import Key, replay_or_raise
from district.merchants.models import Store
from loyalty import procedures, queries, values
from loyalty.errors import TransferNotReversible
from loyalty.models import Receipt, Refund, Transfer
from loyalty.results import TransferResult, transfer_result

_SPENT = (Transfer.Kind.SPEND, Transfer.Kind.CAPTURE)


def reverse_transfer(
    *,
    transfer: Transfer,
    store: Store,
    reason: str,
    actor: str,
    key: Key,
    points: int | None = None,
    frees_number: bool = True,
) -> TransferResult:
    """The counter-entry of a transfer of the same merchant.

    A spending gives its points back to the lots they came from, with their old expiry: all of it
    once, or with `points` a part, as often as something is left. After a merger they go to the member
    that has the points today. An earning is refunded whole: what of its points was spent meanwhile is
    taken from the member's other points, and the rest is owed; what ended unspent is gone. If nothing
    of the purchase had been refunded before, its number is free once more, for the right member;
    `frees_number=False` keeps it taken.

    Raises KeyReused, TransferNotReversible.
    """
    if transfer.kind == Transfer.Kind.EARN:
        if points is not None:
            raise TransferNotReversible(reason="whole_only")
        pk = _undo_earning(transfer, store, reason, actor, key, frees_number=frees_number)
    elif transfer.kind in _SPENT and transfer.store_id is None:
        # The app that took the points undoes it together with what it handed out.
        raise TransferNotReversible(reason="exchange")
    elif transfer.kind in _SPENT:
        pk = procedures.reverse_spending(
            transfer=transfer.pk,
            points=points,
            store=store.pk,
            actor=actor,
            reason=reason,
            key=key,
            at=clock.now(),
        )
    else:
        raise TransferNotReversible(reason="kind")
    entry = Transfer.objects.select_related("reverses").get(pk=pk)
    return transfer_result(entry, queries.balance_after(entry))


@transaction.atomic
def _undo_earning(
    earning: Transfer, store: Store, reason: str, actor: str, key: Key, *, frees_number: bool
) -> int:
    at = clock.now()
    procedures.lock_account(member=earning.account_id, at=at)
    receipt = Receipt.objects.get(transfer=earning)
    left = receipt.paid_fen - receipt.refunded_fen
    if left == 0 or receipt.granted == receipt.clawed:
        refusal = TransferNotReversible(reason="already_reversed")
        return _counter_entry(replay_or_raise(key, refusal))
    request = values.RefundPosting(
        receipt=receipt.pk,
        refund_no=f"reversal-{earning.public_id}",
        fen=left,
        points=receipt.granted - receipt.clawed,
        reverses=earning.pk,
        frees_number=frees_number,
        reason=reason,
    )
    return _counter_entry(
        procedures.refund(request=request, store=store.pk, actor=actor, key=key, at=at)
    )


def _counter_entry(refund: int) -> int:
    posted = Refund.objects.get(pk=refund)
    line = Transfer.objects.get(account=posted.account_id, seq=posted.first_seq)
    return line.pk
