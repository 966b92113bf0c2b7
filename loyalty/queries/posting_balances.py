"""The balance an act left behind, which its first line alone does not show."""

from collections.abc import Iterator

from loyalty.models import ParkedRefund, Receipt, Refund, Transfer

Kind = Transfer.Kind

# More lines than one act ever writes behind its first one are not read.
_MAX_FOLLOWING = 200


def balance_after(line: Transfer) -> int:
    """The spendable balance after the act that began with this line, as it was at that moment.

    Behind a reversal dead points end, debts are repaid and a merged account's points go on to the
    surviving one, whose balance it then is; behind a capture the rest of the hold comes back.
    """
    last = line
    for transfer in _transfers_following(line):
        last = transfer
    moved = last.kind == Kind.MERGE_OUT and last.reverses_id == line.pk
    if moved:
        came = Transfer.objects.filter(reverses=line.pk, kind=Kind.MERGE_IN).order_by("-seq")
        last = came[0]
        for transfer in _transfers_following(last, at=line):
            last = transfer
    return last.available_after


def balance_after_receipt(receipt: Receipt) -> int | None:
    """The spendable balance after a receipt was posted: debts repaid, and refunds that had waited for
    it taken. None for a receipt without points, which says nothing of the balance."""
    if receipt.transfer is None:
        return None
    last_refund = _last_matched_refund(receipt) if receipt.refunded_fen else None
    if last_refund is None or last_refund.last_seq < last_refund.first_seq:
        return receipt.transfer.available_after - receipt.repaid
    return Transfer.objects.get(
        account=last_refund.account_id, seq=last_refund.last_seq
    ).available_after


def _last_matched_refund(receipt: Receipt) -> Refund | None:
    """The last of the refunds that came before their receipt and were posted right behind it."""
    waited = ParkedRefund.objects.filter(decided_by="system", at__lte=receipt.at)
    return Refund.objects.filter(receipt=receipt, parked__in=waited).order_by("-pk").first()


def _transfers_following(line: Transfer, at: Transfer | None = None) -> Iterator[Transfer]:
    """The lines that follow from this one in the same act, in their order."""
    rest = Transfer.objects.filter(account=line.account_id, seq__gt=line.seq).order_by("seq")
    for transfer in rest[:_MAX_FOLLOWING]:
        if not _belongs_to_posting(transfer, at or line):
            return
        yield transfer


def _belongs_to_posting(transfer: Transfer, line: Transfer) -> bool:
    if line.kind in (Kind.EARN, Kind.REVERSE_EARN):
        own = (Kind.REPAY,) if line.kind == Kind.EARN else (Kind.CLAWBACK, Kind.OWE)
        return transfer.kind in own and transfer.reference == line.reference
    if line.kind == Kind.CAPTURE:
        rest = transfer.kind in (Kind.RELEASE, Kind.GRACE) and transfer.reference == line.reference
        return rest or _repays(transfer)
    if line.kind in (Kind.REVERSE_SPEND, Kind.RETURN_SPEND):
        # What dies of it died on a day before; what ends later is no part of it.
        dead = transfer.kind == Kind.EXPIRE and transfer.at <= line.at
        return dead or _repays(transfer) or transfer.reverses_id == line.pk
    return False


def _repays(transfer: Transfer) -> bool:
    return transfer.kind == Kind.REPAY and not transfer.reference
