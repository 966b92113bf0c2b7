"""The channels' daily bills: wanted once they are there, fetched, kept row by row."""

import hashlib
from datetime import timedelta

from django.db import IntegrityError, connection, transaction

from district.kernel import attempts, clock
from district.payments import calls, retries
from district.payments.channels.base import ChannelBillLine, ChannelError, ContradictingAnswer
from district.payments.channels.registry import channel_of, offered_channels
from district.payments.errors import ChannelNotOffered
from district.payments.models import BillRow, ChannelBill, ChannelCall, Order

# The channels have a day's bill from ten in the morning of the next; a bill of the days before may be missing.
READY_AFTER = timedelta(hours=34, minutes=30)
_DAYS_BACK = 7
_ROWS_AT_ONCE = 2_000
State = ChannelBill.State


def want_bills() -> int:
    """Note which bills are to be fetched: of the last week, since the first order of a channel; how many are new."""
    wanted = 0
    newest = clock.business_day(clock.now() - READY_AFTER)
    for channel in offered_channels():
        if not channel.has_bills:
            continue
        first = Order.objects.filter(channel=channel.name).order_by("pk").first()
        if first is None:
            continue
        begin = clock.business_day(first.created_at)
        for days in range(_DAYS_BACK):
            day = newest - timedelta(days=days)
            if day >= begin:
                _bill, is_new = ChannelBill.objects.get_or_create(channel=channel.name, day=day)
                wanted += is_new
    return wanted


def fetch_bills(*, limit: int = retries.BATCH) -> int:
    """Fetch bills that are wanted; how many were asked for."""
    return retries.work_off(ChannelBill.objects.filter(state=State.WANTED), _fetch, limit=limit)


def _fetch(bill: ChannelBill) -> None:
    try:
        with calls.recorded_call(bill, ChannelCall.Operation.BILL):
            lines = list(channel_of(bill.channel).bill(bill.day))
            _store(bill.pk, lines)
    except (ChannelError, ChannelNotOffered) as error:
        _note_failure(bill.pk, error)


@transaction.atomic
def _store(pk: int, lines: list[ChannelBillLine]) -> None:
    bill = ChannelBill.objects.select_for_update(no_key=True).get(pk=pk)
    if bill.state != State.WANTED:
        return
    rows = [_row(bill, line) for line in lines]
    try:
        with transaction.atomic():
            BillRow.objects.bulk_create(rows, batch_size=_ROWS_AT_ONCE)
            if len(rows) >= _ROWS_AT_ONCE:
                # They are compared at once, long before the server would count them by itself.
                _analyze()
    except IntegrityError:
        duplicated = True
    else:
        duplicated = False
    if duplicated:
        raise ContradictingAnswer("a row that cannot be, or stands there twice")
    payments = [line for line in lines if not line.refund_number]
    refunds = [line for line in lines if line.refund_number]
    bill.payment_count, bill.refund_count = len(payments), len(refunds)
    bill.payment_fen = sum(line.amount_fen for line in payments)
    bill.refund_fen = sum(line.amount_fen for line in refunds)
    bill.fee_milli_fen = sum(line.fee_milli_fen for line in lines)
    bill.digest = _digest(lines)
    bill.state, bill.fetched_at = State.FETCHED, clock.now()
    bill.save(
        update_fields=[
            *("payment_count", "payment_fen", "refund_count", "refund_fen", "fee_milli_fen"),
            *("digest", "state", "fetched_at"),
            *attempts.begin_anew(bill),
        ]
    )


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {BillRow._meta.db_table}")


def _row(bill: ChannelBill, line: ChannelBillLine) -> BillRow:
    return BillRow(
        bill=bill,
        kind=BillRow.Kind.REFUND if line.refund_number else BillRow.Kind.PAYMENT,
        transaction_id=line.transaction_id,
        order_number=line.order_number,
        refund_number=line.refund_number,
        refund_state=line.refund_state,
        amount_fen=line.amount_fen,
        fee_milli_fen=line.fee_milli_fen,
        at=line.at,
    )


def _digest(lines: list[ChannelBillLine]) -> bytes:
    digest = hashlib.sha256()
    for line in lines:
        digest.update(f"{line}\n".encode())
    return digest.digest()


@transaction.atomic
def _note_failure(pk: int, error: ChannelError | ChannelNotOffered) -> None:
    bill = ChannelBill.objects.select_for_update(no_key=True).get(pk=pk)
    if bill.state == State.WANTED:
        bill.save(update_fields=retries.note_failure(bill, error))
