"""Rows whose receipts are in the ledger already, or stand in the file twice."""

from datetime import timedelta

import pytest

from district.kernel import clock
from loyalty.models import PointsAccount, Receipt, Transfer
from loyalty.receipt_batches.models import RowResult
from tests.factories.loyalty import buy, undo
from tests.factories.members import make_member
from tests.receipt_batches.rows import (
    post_all,
    receipt_row,
    refund_row,
    results_by_line,
)


def test_posting_a_file_again_changes_nothing(member, tea):
    rows = [receipt_row(tea, member, fen=fen) for fen in (12_680, 500)]
    rows.append(refund_row(tea, rows[0]["receipt_no"], fen=2_680))
    rows.append(refund_row(tea, "NOBODY-KNOWS", fen=100))
    first = post_all(tea, rows)
    before = list(Transfer.objects.values_list("pk", flat=True))

    again = post_all(tea, rows)

    assert results_by_line(first) == {1: "posted", 2: "posted", 3: "posted", 4: "parked"}
    assert results_by_line(again) == dict.fromkeys((1, 2, 3, 4), "repeated")
    assert list(Transfer.objects.values_list("pk", flat=True)) == before
    assert [
        (result.receipt_id, result.refund_id, result.parked_id, result.points)
        for result in RowResult.objects.filter(batch=first).order_by("line")
    ] == [
        (result.receipt_id, result.refund_id, result.parked_id, result.points)
        for result in RowResult.objects.filter(batch=again).order_by("line")
    ]


def test_a_file_may_be_repeated_long_after_its_receipts_are_too_old(member, tea):
    rows = [receipt_row(tea, member), receipt_row(tea, member)]
    post_all(tea, rows[:1])

    with clock.travel_to(clock.now() + timedelta(days=60)):
        later = post_all(tea, rows)

    assert results_by_line(later) == {1: "repeated", 2: "receipt_too_old"}


def test_what_the_till_posted_already_is_repeated(member, tea):
    receipt = buy(member, tea, fen=5_000, no="T-1")
    row = receipt_row(tea, member, fen=5_000, no="T-1", at=receipt.paid_at)

    batch = post_all(tea, [row, row | {"paid_fen": 5_001}, row | {"receipt_no": "NO.T1"}])

    assert results_by_line(batch) == {1: "repeated", 2: "receipt_already_posted", 3: "posted"}


def test_numbers_count_as_they_are_written(member, tea):
    """The till's own number decides: what only looks alike is another purchase."""
    numbers = ["1-23", "12-3", "1.23", "1/2/3", "123", "NO.123", "0123"]
    at = clock.now() - timedelta(hours=1)

    batch = post_all(tea, [receipt_row(tea, member, no=no, at=at) for no in numbers])

    assert set(results_by_line(batch).values()) == {"posted"}
    assert PointsAccount.objects.get().available == 700


def test_a_bill_that_was_undone_is_posted_for_the_right_member_once(member, tea):
    right, third = make_member(), make_member()
    row = receipt_row(tea, member)
    post_all(tea, [row])
    undo(Receipt.objects.get().transfer, tea)
    corrected = row | {"member": right.public_id}

    batch = post_all(tea, [row, corrected, receipt_row(tea, third), row | {"paid_fen": 1}])

    # The row as it was is no new report, in whatever file it stands.
    answers = ["repeated", "posted", "posted", "receipt_already_posted"]
    assert list(results_by_line(batch).values()) == answers
    again = post_all(tea, [corrected, row, row | {"member": third.public_id}])
    assert list(results_by_line(again).values()) == [
        "repeated",
        "repeated",
        "receipt_already_posted",
    ]
    balances = dict(PointsAccount.objects.values_list("member", "available"))
    assert balances == {member.pk: 0, right.pk: 100, third.pk: 100}


@pytest.mark.parametrize("others", [0, 3])
def test_an_old_file_does_not_bring_back_what_was_undone(member, tea, others):
    rows = [receipt_row(tea, member), *(receipt_row(tea, make_member()) for _ in range(others))]
    post_all(tea, rows)
    undo(Receipt.objects.get(account=member.pk).transfer, tea)

    assert set(results_by_line(post_all(tea, rows)).values()) == {"repeated"}
    assert PointsAccount.objects.get(pk=member.pk).available == 0


def test_a_receipt_that_stands_twice_is_posted_once(member, tea):
    row = receipt_row(tea, member, fen=5_000)
    other = receipt_row(tea, make_member(), fen=5_000, no=row["receipt_no"])

    batch = post_all(tea, [row, row, other, row | {"paid_fen": 6_000}, receipt_row(tea, member)])

    assert results_by_line(batch) == {
        1: "posted",
        2: "repeated",
        3: "receipt_already_posted",
        4: "receipt_already_posted",
        5: "posted",
    }
    assert PointsAccount.objects.get(pk=member.pk).available == 150
