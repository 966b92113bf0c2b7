"""A bill is compared with our books; what differs is asked about, settles by itself, or is explained by a person."""

from datetime import timedelta

from django.db import transaction

from district.kernel import attempts, audit, clock
from district.kernel.outbox.events import emit
from district.members.models import User
from district.payments import queries, retries
from district.payments.errors import DifferenceClosed
from district.payments.events import DifferenceFound
from district.payments.models import BillDifference, ChannelBill, Payment
from district.payments.services.ask_about_orders import query_order
from district.payments.services.send_refunds import query_refund

State = BillDifference.State
Kind = BillDifference.Kind
# When a difference is looked at again.
_NEXT_LOOK = timedelta(hours=6)
_ABOUT_REFUNDS = {Kind.REFUND_STATE_DIFFERS, Kind.REFUND_MISSING_AT_CHANNEL}


def reconcile_bills(*, limit: int = retries.BATCH) -> int:
    """Compare the bills that were fetched; how many."""
    fetched = ChannelBill.objects.filter(state=ChannelBill.State.FETCHED)
    return retries.work_off(fetched, _reconcile, limit=limit)


@transaction.atomic
def reconcile_bill(*, bill: ChannelBill) -> list[BillDifference]:
    """What differs now between a fetched bill and our books, new differences noted, and those that are gone settled.

    May be done again at any time: every difference is noted once.
    """
    row = ChannelBill.objects.select_for_update(no_key=True).get(pk=bill.pk)
    found = queries.differences_of(row)
    known = {_key(difference_row): difference_row for difference_row in row.differences.all()}
    now = clock.now()
    for difference in found:
        if _key(difference) not in known:
            _note_difference(row, difference)
    still_there = {_key(difference) for difference in found}
    for key, difference_row in known.items():
        if key not in still_there and difference_row.state == State.OPEN:
            _settle(difference_row)
    if row.state == ChannelBill.State.FETCHED:
        row.state, row.reconciled_at = ChannelBill.State.RECONCILED, now
        row.save(update_fields=["state", "reconciled_at", *attempts.begin_anew(row)])
    return list(row.differences.filter(state=State.OPEN).order_by("pk"))


def settle_differences(*, limit: int = retries.BATCH) -> int:
    """Ask the channels about what differs, and compare again; how many differences were looked at."""
    waiting = BillDifference.objects.filter(state=State.OPEN)
    return retries.work_off(waiting, _look_again, limit=limit)


@transaction.atomic
def explain_difference(*, difference: BillDifference, note: str, by: User) -> BillDifference:
    """A person says why a difference stands. No money moves by it: that is for refunds. Raises DifferenceClosed."""
    row = BillDifference.objects.select_for_update(no_key=True).get(pk=difference.pk)
    if row.state != State.OPEN:
        raise DifferenceClosed
    row.state, row.note, row.explained_by, row.closed_at = State.EXPLAINED, note, by, clock.now()
    row.save(update_fields=["state", "note", "explained_by", "closed_at"])
    audit.record(
        by=by,
        verb="explain_difference",
        subject=f"payments.billdifference:{row.pk}",
        kind=row.kind,
        amount_fen=row.amount_fen,
    )
    return row


def _reconcile(bill: ChannelBill) -> None:
    reconcile_bill(bill=bill)


def _key(difference: BillDifference | queries.FoundDifference) -> tuple[str, str, str]:
    return difference.kind, difference.number, difference.transaction_id


def _note_difference(bill: ChannelBill, found: queries.FoundDifference) -> None:
    row = BillDifference.objects.create(
        bill=bill,
        kind=found.kind,
        number=found.number,
        transaction_id=found.transaction_id,
        amount_fen=found.amount_fen,
        order_id=found.order_id,
        refund_id=found.refund_id,
        found_at=clock.now(),
    )
    emit(
        DifferenceFound(
            difference=row.pk, channel=bill.channel, kind=row.kind, amount_fen=row.amount_fen
        )
    )


def _settle(difference: BillDifference) -> None:
    row = BillDifference.objects.select_for_update(no_key=True).get(pk=difference.pk)
    if row.state == State.OPEN:
        row.state, row.closed_at = State.SETTLED, clock.now()
        row.save(update_fields=["state", "closed_at"])


def _look_again(difference: BillDifference) -> None:
    """Money that arrived and nobody heard of is written down here; the channel's own word, not the bill's, counts."""
    row = BillDifference.objects.select_related("bill", "order", "refund").get(pk=difference.pk)
    if row.kind == Kind.MISSING_HERE and row.order is not None:
        query_order(row.order, source=Payment.Source.BILL)
    elif row.kind in _ABOUT_REFUNDS and row.refund is not None:
        query_refund(row.refund)
    reconcile_bill(bill=row.bill)
    _look_later(row.pk)


@transaction.atomic
def _look_later(pk: int) -> None:
    row = BillDifference.objects.select_for_update(no_key=True).get(pk=pk)
    if row.state == State.OPEN:
        row.save(update_fields=attempts.begin_anew(row, after=_NEXT_LOOK))
