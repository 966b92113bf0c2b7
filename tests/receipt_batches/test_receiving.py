"""Content comes in pieces: whatever they are and wherever they break, each line is kept once."""

import random

import pytest

from loyalty.receipt_batches import errors, services
from loyalty.receipt_batches.batch_limits import LONGEST_ROW
from loyalty.receipt_batches.line_splitter import LineSplitter
from loyalty.receipt_batches.models import Batch, StagedRow
from tests.factories.loyalty import fresh_key
from tests.receipt_batches.rows import as_csv, done, ndjson, receipt_row, results_by_line


def opened(store, format=Batch.Format.NDJSON):
    return services.open_batch(
        merchant=store.merchant,
        stores=[store.pk],
        format=format,
        name="",
        actor="till:1",
        key=fresh_key(),
    )


def staged_rows(batch):
    rows = StagedRow.objects.filter(batch=batch).order_by("line")
    return [(row.line, bytes(row.content)) for row in rows]


CONTENT = "茶,1\r\n\r\n咖啡,2\n   \n🍵,3\n\nlast".encode()
LINES = [(1, "茶,1".encode()), (3, "咖啡,2".encode()), (5, "🍵,3".encode()), (7, b"last")]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 11, 1000])
def test_lines_do_not_depend_on_the_pieces(size):
    splitter = LineSplitter()
    cut = []
    for start in range(0, len(CONTENT), size):
        cut += splitter.cut(CONTENT[start : start + size])
    cut += splitter.finish()

    assert cut == LINES


def test_a_line_without_an_end_is_not_kept_in_memory():
    splitter = LineSplitter()
    for _ in range(1_000):
        assert list(splitter.cut(b"x" * 10_000)) == []
        assert len(splitter.tail) <= LONGEST_ROW + 4
    ((line, content),) = splitter.cut(b"\nnext")

    assert (line, len(content)) == (1, LONGEST_ROW + 1)
    assert splitter.tail == b"next"


def test_a_mark_at_the_start_of_the_file_is_no_part_of_it():
    splitter = LineSplitter()
    cut = [line for byte in b"\xef\xbb\xbfa\nb\n" for line in splitter.cut(bytes([byte]))]

    assert cut == [(1, b"a"), (2, b"b")]


def test_a_file_may_come_in_any_number_of_requests(tea, member):
    content = as_csv([receipt_row(tea, member) for _ in range(40)])
    chance = random.Random(1)
    batch, offset = opened(tea, Batch.Format.CSV), 0
    while offset < len(content):
        finish = offset + chance.randint(1, 700)
        pieces = [content[offset : offset + 100], content[offset + 100 : finish]]
        batch = services.receive_content(batch=batch, offset=offset, pieces=pieces)
        offset = batch.received_bytes
        assert offset == min(finish, len(content)) or offset == len(content[:offset])
    batch = services.submit_batch(batch=batch, size=len(content))

    assert staged_rows(batch) == [
        (line, text) for line, text in enumerate(content.split(b"\r\n")[:-1], 1) if line > 1
    ]
    assert set(results_by_line(done(batch)).values()) == {"posted"}


class Cut(Exception):
    pass


def test_what_came_before_the_connection_broke_is_kept(tea, member):
    content = ndjson([receipt_row(tea, member) for _ in range(10)])

    def broken():
        yield content[:500]
        yield content[500:1_003]
        raise Cut

    batch = opened(tea)
    with pytest.raises(Cut):
        services.receive_content(batch=batch, offset=0, pieces=broken())
    batch.refresh_from_db()

    assert batch.received_bytes == 1_003
    services.receive_content(batch=batch, offset=1_003, pieces=[content[1_003:]])
    batch = services.submit_batch(batch=batch, size=len(content))
    assert set(results_by_line(done(batch)).values()) == {"posted"}
    assert (batch.rows, batch.posted) == (10, 10)


def test_another_place_is_refused_with_the_right_one(tea):
    batch = opened(tea)
    batch = services.receive_content(batch=batch, offset=0, pieces=[b"{}\n"])

    for offset in (0, 2, 4, 10**9):
        with pytest.raises(errors.BatchOffsetWrong) as refusal:
            services.receive_content(batch=batch, offset=offset, pieces=[b"{}\n"])
        assert refusal.value.facts == {"received_bytes": 3}
    assert [line for line, _ in staged_rows(batch)] == [1]


def test_a_twin_that_was_slower_leaves_nothing(tea):
    batch = opened(tea)
    services.receive_content(batch=Batch.objects.get(pk=batch.pk), offset=0, pieces=[b"{}\n"])

    with pytest.raises(errors.BatchOffsetWrong):
        services.receive_content(batch=batch, offset=0, pieces=[b"{}\n{}\n"])

    assert [line for line, _ in staged_rows(batch)] == [1]


@pytest.mark.parametrize(
    "header",
    [
        "store,member,receipt_no,paid_fen",
        "store,member,receipt_no,paid_fen,paid_at,store",
        "a,b",
        '"store',
        "receipt_no,refund_no,store,fen",
        "\xff",
    ],
)
def test_a_csv_without_its_columns_is_refused_at_once(tea, header):
    batch = opened(tea, Batch.Format.CSV)

    with pytest.raises(errors.BatchHeaderWrong):
        services.receive_content(
            batch=batch, offset=0, pieces=[header.encode("latin-1") + b"\nx\n"]
        )

    batch.refresh_from_db()
    assert (batch.received_bytes, batch.rows, batch.columns) == (0, 0, None)


def test_columns_nobody_asked_for_are_passed_over(tea, member):
    rows = [receipt_row(tea, member, colour="red", note="a,b") for _ in range(2)]

    content = as_csv(rows)
    batch = opened(tea, Batch.Format.CSV)
    services.receive_content(batch=batch, offset=0, pieces=[content])

    assert results_by_line(done(services.submit_batch(batch=batch, size=len(content)))) == {
        2: "posted",
        3: "posted",
    }


def test_submitting_needs_the_whole_file_and_may_be_repeated(tea, member):
    content = ndjson([receipt_row(tea, member)])
    batch = opened(tea)
    with pytest.raises(errors.BatchIncomplete):
        services.submit_batch(batch=batch, size=len(content))
    batch = services.receive_content(batch=batch, offset=0, pieces=[content])

    first = services.submit_batch(batch=batch, size=len(content))
    assert services.submit_batch(batch=batch, size=len(content)).submitted_at == first.submitted_at
    with pytest.raises(errors.BatchNotOpen):
        services.receive_content(batch=first, offset=len(content), pieces=[b"more"])
    finished = done(first)
    assert services.submit_batch(batch=batch, size=len(content)).state == finished.state == "done"


def test_nothing_but_blank_lines_is_no_batch(tea):
    batch = opened(tea)
    batch = services.receive_content(batch=batch, offset=0, pieces=[b"\n \r\n\n"])

    with pytest.raises(errors.BatchEmpty):
        services.submit_batch(batch=batch, size=5)


def test_more_rows_than_allowed_are_refused(tea, monkeypatch):
    monkeypatch.setattr("loyalty.receipt_batches.upload_buffer.MOST_ROWS", 3)
    batch = opened(tea)
    batch = services.receive_content(batch=batch, offset=0, pieces=[b"{}\n{}\n{}\n"])

    with pytest.raises(errors.BatchTooLarge):
        services.receive_content(batch=batch, offset=9, pieces=[b"\n", b"{}\n{"])

    batch.refresh_from_db()
    assert (batch.rows, batch.received_bytes, bytes(batch.tail)) == (3, 10, b"")


def test_only_so_many_batches_may_be_open(tea, monkeypatch):
    monkeypatch.setattr("loyalty.receipt_batches.services.open.MOST_OPEN", 2)
    opened(tea), opened(tea)

    with pytest.raises(errors.TooManyBatches):
        opened(tea)
