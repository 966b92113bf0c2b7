"""What an answer says the member has afterwards is what the member has, once debts are repaid."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from district.kernel import clock
from loyalty import queries
from loyalty.models import Transfer
from tests.factories.loyalty import (
    buy,
    capture,
    make_hold,
    make_refund,
    pay_points,
    return_goods,
    undo,
)
from tests.factories.members import bearer
from tests.loyalty.till_requests import post


@pytest.fixture
def owing(member, tea, books):
    """Seventy-two points of a purchase that was returned are owed."""
    bought = buy(member, tea, fen=7_200)
    pay_points(member, books, points=72)
    make_refund(bought)
    return bought


def test_a_receipt_that_repays_a_debt(at_till, receipt, owing, member):
    fields = receipt | {"paid_fen": 5_000}

    body = post(at_till, "receipts", fields).json()

    assert (body["points"], body["repaid"]) == (50, 50)
    assert body["transfer"]["available_after"] == queries.balance_of(member).available == 0
    buy(member, owing.store, fen=9_900)
    assert post(at_till, "receipts", fields).json() == body


def test_a_receipt_whose_refund_came_first(at_till, receipt, member, tea):
    return_goods(tea, receipt["receipt_no"], fen=2_600)

    body = post(at_till, "receipts", receipt).json()

    assert body["points"] == 126
    assert body["transfer"]["available_after"] == queries.balance_of(member).available == 100
    return_goods(tea, receipt["receipt_no"], fen=10_000)
    assert post(at_till, "receipts", receipt).json() == body


def test_the_statement_says_what_is_owed(owing, member):
    phone = APIClient()
    phone.credentials(**bearer(member))
    buy(member, owing.store, fen=5_000)

    repaid, earned, owed = phone.get("/api/v1/me/points/entries").json()["results"][:3]

    assert (owed["title"], owed["points"], owed["change"]) == ("退货欠积分", 72, 0)
    assert owed["debt_change"] == 72
    assert (earned["change"], earned["debt_change"]) == (50, 0)
    assert (repaid["change"], repaid["debt_change"]) == (-50, -50)


def test_a_spending_given_back_repays_first(at_till, owing, member, tea, books):
    from tests.factories.merchants import till_key_text

    spent = queries.statement(member).get(kind="spend")
    at_till.credentials(
        HTTP_AUTHORIZATION=f"Bearer {till_key_text(books)}", HTTP_IDEMPOTENCY_KEY="k-9"
    )
    fields = {"store": books.public_id, "transfer": spent.public_id, "reason": "退货"}

    body = post(at_till, "reversals", fields).json()

    assert (body["points"], body["available_after"]) == (72, 0)
    buy(member, tea, fen=500)
    assert post(at_till, "reversals", fields).json() == body


def test_the_rest_of_a_capture_is_back(member, tea, books):
    buy(member, tea, fen=10_000)
    held = make_hold(member, books, points=60)

    captured = capture(held, points=40)

    assert queries.balance_after(captured.spent) == queries.balance_of(member).available == 60
    assert captured.spent.available_after == 40


def test_the_rest_of_a_capture_repays_first(member, tea, books):
    bought = buy(member, tea, fen=10_000)
    held = make_hold(member, books, points=60)
    make_refund(bought)

    captured = capture(held, points=30)

    assert queries.balance_of(member).debt == 30
    assert queries.balance_after(captured.spent) == 0


def test_an_earning_undone_in_two_lines(member, tea, books):
    receipt = buy(member, tea, fen=10_000)
    pay_points(member, books, points=30)
    buy(member, books, fen=1_000)

    undone = undo(receipt.transfer, tea)

    assert undone.available_after == queries.balance_of(member).available == 0


def test_what_ended_later_is_no_part_of_it(member, tea, books):
    buy(member, tea, fen=10_000)
    undone = undo(pay_points(member, books, points=30), books)
    [ends, *_] = [
        expiring.expires_at for expiring in queries.expiring_points(member, timedelta(days=1_100))
    ]
    with clock.travel_to(ends):
        buy(member, books, fen=100)

    assert queries.balance_after(Transfer.objects.get(pk=undone.pk)) == 100
