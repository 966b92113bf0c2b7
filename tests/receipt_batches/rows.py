"""Rows, files and what comes of them: what the tests of batches begin with."""

import csv
import io
import json
from datetime import timedelta
from itertools import count

from district.kernel import clock
from loyalty.receipt_batches import services
from loyalty.receipt_batches.models import Batch, RowResult
from tests.factories.loyalty import fresh_key

_numbers = count(1)


def receipt_row(store, member, *, fen=10_000, no=None, at=None, **more):
    return {
        "store": store.public_id,
        "member": member.public_id,
        "receipt_no": no or f"R{next(_numbers)}",
        "paid_fen": fen,
        "paid_at": (at or clock.now() - timedelta(hours=1)).isoformat(),
    } | more


def refund_row(store, receipt_no, *, fen, no=None, **more):
    return {
        "kind": "refund",
        "store": store.public_id,
        "receipt_no": receipt_no,
        "refund_no": no or f"F{next(_numbers)}",
        "fen": fen,
    } | more


def ndjson(rows):
    return "".join(
        (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n"
        for row in rows
    ).encode()


def as_csv(rows):
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    written = csv.DictWriter(text, columns)
    written.writeheader()
    written.writerows(rows)
    return text.getvalue().encode()


def receive_batch(store, content, *, format=Batch.Format.NDJSON, stores=None):
    """A batch whose content has arrived."""
    batch = services.open_batch(
        merchant=store.merchant,
        stores=[allowed.pk for allowed in stores or [store]],
        format=format,
        name="测试",
        actor="till:1",
        key=fresh_key(),
    )
    return services.receive_content(batch=batch, offset=0, pieces=[content])


def upload(store, content, **options):
    """A batch that was received and submitted."""
    batch = receive_batch(store, content, **options)
    return services.submit_batch(batch=batch, size=len(content))


def done(batch):
    """The batch after workers were at it."""
    while services.process_batches():
        pass
    batch.refresh_from_db()
    assert batch.state == Batch.State.DONE
    return batch


def results_by_line(batch):
    """What each line was answered with: its state, or the code of its refusal."""
    rows = RowResult.objects.filter(batch=batch).order_by("line")
    return {row.line: row.code or row.state for row in rows}


def post_all(store, rows, **options):
    content = rows if isinstance(rows, bytes) else ndjson(rows)
    return done(upload(store, content, **options))
