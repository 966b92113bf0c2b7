"""Files of receipts that owners uploaded, one of them with errors, and the days that were reconciled."""

from datetime import datetime, timedelta

from django.db import connection

from district.demo.life.scene import Counter, Scene, key_of
from district.demo.plan.dice import dice
from district.kernel import clock
from district.kernel.ids import new_id
from district.merchants.models import Store
from loyalty.batches import services as batches
from loyalty.batches.models import Batch
from loyalty.batches.services.reconcile import Counted, DayTotals

HEAD = "store,member,receipt_no,paid_fen,paid_at"
ROWS = 24
DAYS_COMPARED = 9


def play(scene: Scene) -> None:
    """Three uploads by the owner, two of them of one store, then a comparison for each of the last days."""
    first = scene.steady[0]
    upload(scene, first, first.stores, number=0, days_ago=26)
    upload(scene, first, first.stores[:1], number=1, days_ago=12)
    upload(scene, first, first.stores[:1], number=2, days_ago=4, wrong=_wrong_rows(scene, first))
    for days_ago in range(DAYS_COMPARED, 0, -1):
        _compare(scene, first.stores[0], days_ago)


def upload(
    scene: Scene,
    counter: Counter,
    stores: list[Store],
    *,
    number: int,
    days_ago: int,
    wrong: tuple[str, ...] = (),
) -> Batch:
    """A file of receipts that a till without the network had kept, processed to its end."""
    stream, at = dice("file", number), scene.at(days_ago, 21)
    rows = []
    for row in range(ROWS):
        member = scene.members[(7 * number + row) % len(scene.members)]
        paid_at = at - timedelta(minutes=12 * row + stream.randint(20, 30))
        fen = 100 * stream.randint(20, 380)
        rows.append(_row(counter.stores[0], member.public_id, f"F{number}{row:05d}", fen, paid_at))
    with clock.moved_to(at):
        batch = batches.upload_batch(
            merchant=counter.merchant,
            stores=[store.pk for store in stores],
            format=Batch.Format.CSV,
            name=f"离线小票-{clock.business_day(at):%m%d}.csv",
            pieces=["\n".join([HEAD, *rows, *wrong, ""]).encode()],
            by=scene.owner,
            key=key_of("file", number),
        )
        while batches.process_batches():
            pass
    return batch


def _wrong_rows(scene: Scene, counter: Counter) -> tuple[str, ...]:
    """A member that is nobody, a sum that is none, and a bill that is far too old."""
    store, member, at = counter.stores[0], scene.members[2].public_id, scene.at(4, 15)
    return (
        _row(store, new_id("mem"), "F900001", 8_800, at),
        _row(store, member, "F900002", -100, at),
        _row(store, member, "F900003", 8_800, at - timedelta(days=300)),
    )


def _row(store: Store, member: str, receipt_no: str, fen: int, paid_at: datetime) -> str:
    when = paid_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
    return f"{store.public_id},{member},{receipt_no},{fen},{when}"


def _compare(scene: Scene, store: Store, days_ago: int) -> None:
    """As the till counted the day; every third day it missed a receipt."""
    start = scene.at(days_ago, 0)
    ours = _of_day(store, start)
    receipts = ours.get("receipt", [])
    if days_ago % 3 == 0:
        receipts = [*receipts[1:], (f"X{days_ago:05d}", 4_600)]
    with scene.moved_to(days_ago, 23):
        batches.reconcile_day(
            store=store,
            day=clock.business_day(start),
            told=DayTotals(
                receipts=_counted(receipts),
                refunds=_counted(ours.get("refund", [])),
                spendings=_counted(ours.get("spending", [])),
            ),
            actor=scene.steady[0].actor,
            key=key_of("compare", days_ago),
        )


def _counted(each: list[tuple[str, int]]) -> Counted:
    return Counted(len(each), sum(amount for _, amount in each), each)


def _of_day(store: Store, start: datetime) -> dict[str, list[tuple[str, int]]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, number, amount::bigint from batches_day(%s, %s, %s) order by number",
            [store.pk, start, start + timedelta(days=1)],
        )
        found: dict[str, list[tuple[str, int]]] = {}
        for kind, number, amount in cursor.fetchall():
            found.setdefault(kind, []).append((number, amount))
        return found
