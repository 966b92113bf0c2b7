"""Batches at the same time as each other, as tills, and as workers that were taken for dead."""

from itertools import count

import pytest

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.kernel.jobs import LeaseLost
from loyalty import services as loyalty
from loyalty.models import PointsAccount, Receipt
from loyalty.receipt_batches import services
from loyalty.receipt_batches.models import Batch, RowResult
from loyalty.results import ReceiptResult
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member
from tests.race import race
from tests.receipt_batches.rows import (
    done,
    ndjson,
    receipt_row,
    refund_row,
    results_by_line,
    upload,
)

_numbers = count(1)


def single(store, member, row):
    """The till posts the same receipt at the same moment."""
    purchase = loyalty.ReportedPurchase(
        receipt_no=row["receipt_no"],
        paid_fen=row["paid_fen"],
        paid_at=clock.instant(row["paid_at"]),
        source="till",
    )
    return loyalty.earn_points(
        store=store,
        member=member,
        purchase=purchase,
        actor="till:1",
        key=Key.of("race", f"{next(_numbers)}"),
    )


def test_a_batch_submitted_many_times_at_once_is_posted_once(real_db):
    tea, member = make_earning_store(), make_member()
    content = ndjson([receipt_row(tea, member) for _ in range(50)])
    batch = services.open_batch(
        merchant=tea.merchant,
        stores=[tea.pk],
        format=Batch.Format.NDJSON,
        name="",
        actor="till:1",
        key=Key.of("race", "open"),
    )
    batch = services.receive_content(batch=batch, offset=0, pieces=[content])

    def submit():
        return services.submit_batch(batch=Batch.objects.get(pk=batch.pk), size=len(content))

    answers = race(*[submit] * 8)

    assert len({answer.submitted_at for answer in answers}) == 1
    assert done(batch).posted == 50
    assert PointsAccount.objects.get(pk=member.pk).seq == 50


def test_of_many_that_send_the_same_bytes_one_goes_on(real_db):
    tea, member = make_earning_store(), make_member()
    content = ndjson([receipt_row(tea, member) for _ in range(50)])
    batch = services.open_batch(
        merchant=tea.merchant,
        stores=[tea.pk],
        format=Batch.Format.NDJSON,
        name="",
        actor="till:1",
        key=Key.of("race", "open"),
    )

    def send():
        return services.receive_content(batch=batch, offset=0, pieces=[content])

    answers = race(*[send] * 8)

    refused = [answer for answer in answers if getattr(answer, "code", "") == "batch_offset_wrong"]
    assert len(refused) == 7
    batch.refresh_from_db()
    assert (batch.rows, batch.received_bytes) == (50, len(content))


def test_many_workers_post_each_row_once(real_db):
    counters = [make_earning_store() for _ in range(3)]
    members = [make_member() for _ in range(5)]
    batches = [
        upload(
            counter, ndjson(receipt_row(counter, member) for _ in range(40) for member in members)
        )
        for counter in counters
        for _ in range(2)
    ]

    race(*[services.process_batches] * 8)
    for batch in batches:
        assert done(batch).posted == 200

    for member in members:
        assert PointsAccount.objects.get(pk=member.pk).seq == 6 * 40


def test_workers_that_hold_the_same_lease_still_post_each_row_once(real_db):
    """Were every agreement between workers lost, the rows would still be done once."""
    tea = make_earning_store()
    members = [make_member() for _ in range(5)]
    rows = [receipt_row(tea, member) for _ in range(20) for member in members]
    rows += [refund_row(tea, row["receipt_no"], fen=100) for row in rows[:10]]
    batch = upload(tea, ndjson(rows))
    Batch.objects.filter(pk=batch.pk).update(
        state="running", lease="one", next_attempt_at=clock.real_now()
    )
    batch.refresh_from_db()

    race(*[lambda: services.post_chunk(batch=batch, most=30)] * 6)

    assert RowResult.objects.filter(batch=batch).count() == 30
    Batch.objects.filter(pk=batch.pk).update(next_attempt_at=clock.real_now())
    assert done(batch).posted == 110
    assert set(results_by_line(batch).values()) == {"posted"}
    assert Receipt.objects.count() == 100


def test_the_till_and_a_batch_post_the_same_receipts_and_each_counts_once(real_db):
    tea, other = make_earning_store(), make_earning_store()
    members = [make_member() for _ in range(4)]
    rows = [receipt_row(tea, member, fen=1_000) for _ in range(25) for member in members]
    by_id = {member.public_id: member for member in members}
    batch = upload(tea, ndjson(rows))
    elsewhere = upload(other, ndjson(receipt_row(other, member) for member in members * 10))

    def till(lane):
        answers = []
        for row in rows[lane::4]:
            try:
                answers.append(single(tea, by_id[row["member"]], row))
            except DomainError as refusal:
                answers.append(refusal)
        return answers

    gone = race(
        *[lambda lane=lane: till(lane) for lane in range(4)],
        services.process_batches,
        services.process_batches,
    )

    batch, elsewhere = done(batch), done(elsewhere)
    posted = [
        outcome for lane in gone[:4] for outcome in lane if isinstance(outcome, ReceiptResult)
    ]
    refused = {
        outcome.code
        for lane in gone[:4]
        for outcome in lane
        if not isinstance(outcome, ReceiptResult)
    }
    assert refused <= {"receipt_already_posted"}
    assert len(posted) + batch.posted == 100
    assert batch.repeated == len(posted)
    assert Receipt.objects.filter(store=tea).count() == 100
    for member in members:
        account = PointsAccount.objects.get(pk=member.pk)
        assert (account.seq, account.available) == (35, 25 * 10 + 10 * 100)


def test_a_worker_taken_for_dead_writes_nothing_more(real_db):
    tea, member = make_earning_store(), make_member()
    batch = upload(tea, ndjson(receipt_row(tea, member) for _ in range(30)))
    Batch.objects.filter(pk=batch.pk).update(
        state="running", lease="dead", next_attempt_at=clock.real_now()
    )
    stale = Batch.objects.get(pk=batch.pk)

    services.process_batches()
    assert done(batch).posted == 30
    with pytest.raises(LeaseLost):
        services.post_chunk(batch=stale)

    assert Receipt.objects.count() == 30
