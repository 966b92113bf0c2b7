"""A bill reported for the wrong member, undone whole, is reported once more for the right one."""

from datetime import timedelta

import pytest

from district.kernel import clock, invariants
from loyalty import queries
from loyalty.errors import ReceiptAlreadyPosted, RefundExceedsPayment, TransferNotReversible
from loyalty.models import ParkedRefund, Receipt
from loyalty.queries import Balance
from tests.factories.loyalty import buy, make_refund, pay_points, return_goods, undo
from tests.factories.members import make_member
from tests.loyalty.sql_bypass import refused, run
from tests.loyalty.till_requests import post


@pytest.fixture
def right(db):
    return make_member("小周")


def with_key(key, client, path, body):
    client.credentials(**client._credentials | {"HTTP_IDEMPOTENCY_KEY": key})
    return post(client, path, body)


def test_the_till_reports_it_again_for_the_right_member(at_till, receipt, member, right, tea):
    """Word for word what the example of the API does."""
    wrong = with_key("k-1", at_till, "receipts", receipt).json()
    undone = {"store": tea.public_id, "transfer": wrong["transfer"]["id"], "reason": "扫错会员码"}
    assert with_key("k-2", at_till, "reversals", undone).status_code == 201

    fields = receipt | {"member": right.public_id}
    answer = with_key("k-3", at_till, "receipts", fields)

    assert answer.status_code == 201
    assert (answer.json()["member"], answer.json()["points"]) == (right.public_id, 126)
    assert queries.balance_of(member) == Balance(0, 0, 0, 0)
    assert queries.balance_of(right).available == 126
    # The old request has its old answer, and no third telling earns.
    assert with_key("k-1", at_till, "receipts", receipt).json() == wrong
    third = with_key("k-4", at_till, "receipts", receipt)
    assert (third.status_code, third.json()["code"]) == (409, "receipt_already_posted")


def test_once_and_not_round_and_round(member, right, tea):
    undo(buy(member, tea, fen=10_000, no="B-1").transfer, tea)
    undo(buy(right, tea, fen=10_000, no="B-1").transfer, tea)

    for who in (member, right):
        with pytest.raises(ReceiptAlreadyPosted):
            buy(who, tea, fen=10_000, no="B-1")
    assert list(Receipt.objects.order_by("pk").values_list("freed", flat=True)) == [True, False]


def test_what_the_wrong_member_spent_meanwhile_that_member_owes(member, right, tea, books):
    wrong = buy(member, tea, fen=10_000, no="B-1")
    pay_points(member, books, points=80)
    undo(wrong.transfer, tea)

    buy(right, tea, fen=10_000, no="B-1")

    assert queries.balance_of(member) == Balance(0, 0, 0, debt=80)
    assert queries.balance_of(right).available == 100


def test_the_same_member_with_the_right_sum(member, tea):
    undo(buy(member, tea, fen=100_000, no="B-1").transfer, tea)

    buy(member, tea, fen=10_000, no="B-1")

    assert queries.balance_of(member).available == 100


def test_a_refund_finds_the_receipt_that_stands(member, right, tea):
    undo(buy(member, tea, fen=10_000, no="B-1").transfer, tea)
    # Between the two there is nothing to refund.
    with pytest.raises(RefundExceedsPayment):
        return_goods(tea, "B-1", fen=4_000)
    buy(right, tea, fen=10_000, no="B-1")

    refund = return_goods(tea, "B-1", fen=4_000)

    assert (refund.own, refund.receipt.account_id) == (40, right.pk)
    assert queries.balance_of(right).available == 60
    assert not ParkedRefund.objects.exists()


def test_a_purchase_of_which_something_came_back_is_not_free(member, right, tea):
    """The bill of the refund would earn whole: it stays refused, and the till adjusts by hand."""
    wrong = buy(member, tea, fen=10_000, no="B-1")
    make_refund(wrong, fen=2_500)
    undo(wrong.transfer, tea)

    with pytest.raises(ReceiptAlreadyPosted):
        buy(right, tea, fen=10_000, no="B-1")


def test_a_purchase_refunded_whole_is_not_free(member, right, tea):
    wrong = buy(member, tea, fen=10_000, no="B-1")
    make_refund(wrong)

    with pytest.raises(TransferNotReversible):
        undo(wrong.transfer, tea)
    with pytest.raises(ReceiptAlreadyPosted):
        buy(right, tea, fen=10_000, no="B-1")


def test_the_database_keeps_it(member, right, tea):
    undo(buy(member, tea, fen=10_000, no="B-1").transfer, tea)
    buy(right, tea, fen=10_000, no="B-1")

    refused("append-only", "update loyalty_receipt set freed = false where freed")
    refused(
        "receipt_freed_when_taken_back_whole",
        "update loyalty_receipt set freed = true where not freed",
    )


@pytest.mark.breaks_the_ledger
def test_the_audit_finds_a_number_that_was_freed_for_nothing(member, tea):
    make_refund(buy(member, tea, fen=10_000, no="B-1"))
    run("update loyalty_receipt set freed = true")

    found = {offence.query for offence in invariants.offences()}

    assert found == {"a bill's number is free again only after its earning was undone"}


def test_a_day_compared_with_the_till_counts_it_once(member, right, tea):
    from django.db import connection

    undo(buy(member, tea, fen=10_000, no="B-1").transfer, tea)
    buy(right, tea, fen=10_000, no="B-1")
    day = clock.start_of_day(clock.business_day(clock.now()))

    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, number, amount from batches_day(%s, %s, %s)",
            [tea.pk, day, day + timedelta(days=1)],
        )
        assert cursor.fetchall() == [("receipt", "B-1", 10_000)]
