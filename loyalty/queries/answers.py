"""The balance an act left behind, which its first line alone does not tell."""

from collections.abc import Iterator

from loyalty.models import ParkedRefund, Receipt, Refund, Transfer

Kind = Transfer.Kind

# More lines than one act ever writes behind its first one are not read.
_MOST = 200


def balance_after(line: Transfer) -> int:
    """The spendable balance after the act that began with this line, as it was at that moment.

    Behind a reversal dead points end, debts are repaid and a merged account's points go on to its
    heir, whose balance it then is; behind a capture the rest of the hold comes back.
    """
    last = line
    for one in _behind(line):
        last = one
    moved = last.kind == Kind.MERGE_OUT and last.reverses_id == line.pk
    if moved:
        came = Transfer.objects.filter(reverses=line.pk, kind=Kind.MERGE_IN).order_by("-seq")
        last = came[0]
        for one in _behind(last, at=line):
            last = one
    return last.available_after


def balance_after_receipt(receipt: Receipt) -> int | None:
    """The spendable balance after a receipt was posted: debts repaid, and refunds that had waited for
    it taken. None for a receipt without points, which says nothing of the balance."""
    if receipt.transfer is None:
        return None
    behind = _last_refund_behind(receipt) if receipt.refunded_fen else None
    if behind is None or behind.last_seq < behind.first_seq:
        return receipt.transfer.available_after - receipt.repaid
    return Transfer.objects.get(account=behind.account_id, seq=behind.last_seq).available_after


def _last_refund_behind(receipt: Receipt) -> Refund | None:
    """The last of the refunds that came before their receipt and were posted right behind it."""
    waited = ParkedRefund.objects.filter(decided_by="system", at__lte=receipt.at)
    return Refund.objects.filter(receipt=receipt, parked__in=waited).order_by("-pk").first()


def _behind(line: Transfer, at: Transfer | None = None) -> Iterator[Transfer]:
    """The lines that follow from this one in the same act, in their order."""
    rest = Transfer.objects.filter(account=line.account_id, seq__gt=line.seq).order_by("seq")
    for one in rest[:_MOST]:
        if not _follows(one, at or line):
            return
        yield one


def _follows(one: Transfer, line: Transfer) -> bool:
    if line.kind in (Kind.EARN, Kind.REVERSE_EARN):
        own = (Kind.REPAY,) if line.kind == Kind.EARN else (Kind.CLAWBACK, Kind.OWE)
        return one.kind in own and one.reference == line.reference
    if line.kind == Kind.CAPTURE:
        rest = one.kind in (Kind.RELEASE, Kind.GRACE) and one.reference == line.reference
        return rest or _repays(one)
    if line.kind in (Kind.REVERSE_SPEND, Kind.RETURN_SPEND):
        # What dies of it died on a day before; what ends later is no part of it.
        dead = one.kind == Kind.EXPIRE and one.at <= line.at
        return dead or _repays(one) or one.reverses_id == line.pk
    return False


def _repays(one: Transfer) -> bool:
    return one.kind == Kind.REPAY and not one.reference
