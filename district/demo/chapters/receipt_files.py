"""Files of receipts that owners uploaded, one of them with errors, and the days that were reconciled."""

from datetime import datetime, timedelta

from django.db import connection

from district.demo.chapters.context import ChapterContext, MerchantCounter, key_of
from district.demo.plan.random_streams import random_stream
from district.kernel import clock
from district.kernel.database.ids import new_id
from district.merchants.models import Store
from loyalty.receipt_batches import services as batches
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.services.reconcile import DayTotals, TillCount

CSV_HEADER = "store,member,receipt_no,paid_fen,paid_at"
ROWS = 24
DAYS_RECONCILED = 9


def run(context: ChapterContext) -> None:
    """Three uploads by the owner, two of them of one store, then a comparison for each of the last days."""
    first = context.main_merchants[0]
    upload(context, first, first.stores, number=0, days_ago=26)
    upload(context, first, first.stores[:1], number=1, days_ago=12)
    upload(
        context, first, first.stores[:1], number=2, days_ago=4, wrong=_wrong_rows(context, first)
    )
    for days_ago in range(DAYS_RECONCILED, 0, -1):
        _reconcile(context, first.stores[0], days_ago)


def upload(
    context: ChapterContext,
    counter: MerchantCounter,
    stores: list[Store],
    *,
    number: int,
    days_ago: int,
    wrong: tuple[str, ...] = (),
) -> Batch:
    """A file of receipts that a till without the network had kept, processed to its end."""
    stream, at = random_stream("file", number), context.at(days_ago, 21)
    rows = []
    for row in range(ROWS):
        member = context.members[(7 * number + row) % len(context.members)]
        paid_at = at - timedelta(minutes=12 * row + stream.randint(20, 30))
        fen = 100 * stream.randint(20, 380)
        rows.append(_row(counter.stores[0], member.public_id, f"F{number}{row:05d}", fen, paid_at))
    with clock.travel_to(at):
        batch = batches.upload_batch(
            merchant=counter.merchant,
            stores=[store.pk for store in stores],
            format=Batch.Format.CSV,
            name=f"离线小票-{clock.business_day(at):%m%d}.csv",
            pieces=["\n".join([CSV_HEADER, *rows, *wrong, ""]).encode()],
            by=context.owner,
            key=key_of("file", number),
        )
        while batches.process_batches():
            pass
    return batch


def _wrong_rows(context: ChapterContext, counter: MerchantCounter) -> tuple[str, ...]:
    """A member that is nobody, a sum that is none, and a bill that is far too old."""
    store, member, at = counter.stores[0], context.members[2].public_id, context.at(4, 15)
    return (
        _row(store, new_id("mem"), "F900001", 8_800, at),
        _row(store, member, "F900002", -100, at),
        _row(store, member, "F900003", 8_800, at - timedelta(days=300)),
    )


def _row(store: Store, member: str, receipt_no: str, fen: int, paid_at: datetime) -> str:
    when = paid_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
    return f"{store.public_id},{member},{receipt_no},{fen},{when}"


def _reconcile(context: ChapterContext, store: Store, days_ago: int) -> None:
    """As the till counted the day; every third day it missed a receipt."""
    start = context.at(days_ago, 0)
    ours = _records_of_day(store, start)
    receipts = ours.get("receipt", [])
    if days_ago % 3 == 0:
        receipts = [*receipts[1:], (f"X{days_ago:05d}", 4_600)]
    with context.travel_to(days_ago, 23):
        batches.reconcile_day(
            store=store,
            day=clock.business_day(start),
            till_totals=DayTotals(
                receipts=_count_totals(receipts),
                refunds=_count_totals(ours.get("refund", [])),
                spendings=_count_totals(ours.get("spending", [])),
            ),
            actor=context.main_merchants[0].actor,
            key=key_of("compare", days_ago),
        )


def _count_totals(each: list[tuple[str, int]]) -> TillCount:
    return TillCount(len(each), sum(amount for _, amount in each), each)


def _records_of_day(store: Store, start: datetime) -> dict[str, list[tuple[str, int]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, number, amount::bigint from batches_day(%s, %s, %s) order by number",
            [store.pk, start, start + timedelta(days=1)],
        )
        found: dict[str, list[tuple[str, int]]] = {}
        for kind, number, amount in cursor.fetchall():
            found.setdefault(kind, []).append((number, amount))
        return found
