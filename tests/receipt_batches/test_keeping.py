"""What is kept, for how long, and what can never be changed."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction

from district.kernel import clock
from loyalty.models import Receipt
from loyalty.receipt_batches import services
from loyalty.receipt_batches.batch_limits import KEEP_ANSWERS, KEEP_LINES, KEEP_UNFINISHED
from loyalty.receipt_batches.errors import BatchNotOpen
from loyalty.receipt_batches.models import Batch, Difference, Reconciliation, RowResult, StagedRow
from tests.factories.loyalty import fresh_key
from tests.receipt_batches.rows import ndjson, post_all, receipt_row, upload


def later(by):
    return time_machine.travel(clock.real_now() + by + timedelta(minutes=1), tick=True)


def test_lines_go_first_and_answers_later(member, tea):
    batch = post_all(tea, [receipt_row(tea, member) for _ in range(3)])
    services.purge_batches()
    assert StagedRow.objects.count() == 3

    with later(KEEP_LINES):
        services.purge_batches()
    assert (StagedRow.objects.count(), RowResult.objects.count()) == (0, 3)

    with later(KEEP_ANSWERS):
        services.purge_batches()
    batch.refresh_from_db()
    assert RowResult.objects.count() == 0
    assert (batch.posted, Receipt.objects.count()) == (3, 3)


def test_an_upload_nobody_finished_is_given_up(member, tea):
    batch = services.open_batch(
        merchant=tea.merchant,
        stores=[tea.pk],
        format="ndjson",
        name="",
        actor="till:1",
        key=fresh_key(),
    )
    services.receive_content(
        batch=batch, offset=0, pieces=[ndjson([receipt_row(tea, member)]) + b"{"]
    )
    waiting = upload(tea, ndjson([receipt_row(tea, member)]))

    with later(KEEP_UNFINISHED):
        services.purge_batches()

    batch.refresh_from_db()
    waiting.refresh_from_db()
    assert (batch.state, bytes(batch.tail), waiting.state) == ("abandoned", b"", "submitted")
    assert StagedRow.objects.filter(batch=batch).count() == 0
    with pytest.raises(BatchNotOpen):
        services.submit_batch(batch=batch, size=batch.received_bytes)


def refused(sql, *arguments):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)


@pytest.fixture
def day(member, tea):
    zero = services.TillCount(0, 0, [])
    return services.reconcile_day(
        store=tea,
        day=clock.business_day(clock.now()),
        till_totals=services.DayTotals(services.TillCount(1, 5, [("A", 5)]), zero, zero),
        actor="till:1",
        key=fresh_key(),
    )


@pytest.mark.parametrize("table", ["batches_reconciliation", "batches_difference"])
def test_a_comparison_stands_for_ever(day, table):
    assert Difference.objects.count() == 1
    refused(f"update {table} set id = id")
    refused(f"delete from {table}")
    refused(f"truncate {table} cascade")


def test_whose_batch_it_is_never_changes(member, tea):
    batch = post_all(tea, [receipt_row(tea, member)])
    refused("update batches_batch set stores = '{}' where id = %s", batch.pk)
    refused("update batches_batch set merchant_id = merchant_id where id = %s", batch.pk)
    refused("delete from batches_batch where id = %s", batch.pk)


def broken(constraint, row, **columns):
    for name, value in columns.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(update_fields=list(columns))


def test_a_batch_is_what_its_columns_say(member, tea):
    batch = post_all(tea, [receipt_row(tea, member)])
    again = Batch.objects.get
    broken("batch_state_has_its_instants", batch, state="submitted")
    broken("batch_counts_each_row_once", again(pk=batch.pk), posted=2)
    broken("batch_counts_each_row_once", again(pk=batch.pk), posted=0)
    broken("batch_within_its_limits", again(pk=batch.pk), done_line=2)
    first, second = (upload(tea, ndjson([receipt_row(tea, member)])) for _ in "12")
    broken("batch_within_its_limits", again(pk=first.pk), rows=10**7, lines=10**7)
    first.state = "running"
    first.save(update_fields=["state"])
    broken("batch_one_running_per_merchant", second, state="running")


def test_a_row_has_one_answer(member, tea):
    batch = post_all(tea, [receipt_row(tea, member)])
    answer = RowResult.objects.get(batch=batch)
    with pytest.raises(IntegrityError), transaction.atomic():
        RowResult.objects.bulk_create([answer])
    answer.line = 2
    answer.state, answer.code, answer.problem = "refused", "x", {}
    with (
        pytest.raises(IntegrityError, match="row_result_matches_state"),
        transaction.atomic(),
    ):
        RowResult.objects.bulk_create([answer])


def test_the_audit_sees_an_answer_that_is_not_true(member, tea):
    from district.kernel import invariants

    batch = post_all(tea, [receipt_row(tea, member)])
    with transaction.atomic():
        RowResult.objects.filter(batch=batch).update(points=1)
        Batch.objects.filter(pk=batch.pk).update(posted=0, refused=1)
        found = {offence.query for offence in invariants.offences()}
        transaction.set_rollback(True)

    assert found == {
        "a batch's counts are its answers'",
        "what a batch says it posted is in the ledger",
    }
    assert Reconciliation.objects.count() == 0
