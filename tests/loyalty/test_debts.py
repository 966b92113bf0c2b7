"""What a member owes: a row for each merchant that carries a loss, repaid to it, the oldest first."""

from datetime import timedelta

import pytest

from district.kernel import clock
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import InsufficientPoints
from loyalty.models import Debt, Draw, Receipt, Transfer
from loyalty.queries import Balance
from loyalty.services import EarningTerms
from tests.factories.loyalty import (
    buy,
    fresh_key,
    make_earning_store,
    make_hold,
    make_refund,
    pay_points,
    undo,
    void,
)
from tests.factories.members import make_member, make_staff


@pytest.fixture
def sweets(db):
    """A third merchant."""
    return make_earning_store(EarningTerms(price_milli_fen=500))


def run_up(member, store, points, *, at):
    """A debt: points of a purchase spent elsewhere, and the purchase returned."""
    receipt = buy(member, store, fen=points * 100)
    pay_points(member, at, points=points)
    make_refund(receipt)


def test_the_next_earning_repays_the_merchant_that_carried_the_loss(member, tea, books, sweets):
    run_up(member, tea, 60, at=books)
    assert queries.balance_of(member) == Balance(0, 0, 0, debt=60)

    receipt = buy(member, sweets, fen=10_000)

    assert (receipt.granted, receipt.repaid) == (100, 60)
    assert queries.balance_of(member) == Balance(available=40, held=0, pending=0, debt=0)
    line = Transfer.objects.get(kind="repay")
    assert (line.points, line.merchant_id, line.reference) == (
        60,
        tea.merchant_id,
        receipt.receipt_no,
    )
    owed = {
        (position.issuer, position.redeemer): (position.points, position.milli_fen)
        for position in queries.clearing()
    }
    # At the price of the new lot; the difference stays with the carrier.
    assert owed == {
        (tea.merchant_id, books.merchant_id): (60, 60_000),
        (sweets.merchant_id, tea.merchant_id): (60, 30_000),
    }


def test_who_repays_with_the_carriers_own_points_settles_nothing_more(member, tea, books):
    run_up(member, tea, 60, at=books)

    buy(member, tea, fen=10_000)

    assert [position.points for position in queries.clearing()] == [60]


def test_debts_to_several_are_repaid_oldest_first_and_in_part(member, tea, books, sweets):
    first = buy(member, tea, fen=3_000)
    second = buy(member, sweets, fen=3_000)
    pay_points(member, books, points=60)
    make_refund(second)
    make_refund(first)

    buy(member, books, fen=4_000)

    debts = [(debt.carrier_id, debt.points, debt.repaid) for debt in Debt.objects.order_by("pk")]
    assert debts == [(sweets.merchant_id, 30, 30), (tea.merchant_id, 30, 10)]
    assert queries.balance_of(member) == Balance(0, 0, 0, debt=20)
    buy(member, books, fen=4_000)
    assert queries.balance_of(member) == Balance(available=20, held=0, pending=0, debt=0)


def test_who_owes_spends_and_holds_nothing(member, tea, books):
    run_up(member, tea, 60, at=books)

    for act in (pay_points, make_hold):
        with pytest.raises(InsufficientPoints) as refusal:
            act(member, books, points=1)
        assert refusal.value.facts == {"asked": 1, "balance": 0}


def test_points_of_a_hold_repay_when_they_come_back(member, tea, books):
    receipt = buy(member, tea, fen=10_000)
    held = make_hold(member, books, points=60)
    make_refund(receipt)

    void(held)

    assert queries.balance_of(member) == Balance(0, 0, 0, debt=0)
    assert queries.clearing() == []


def test_a_spending_given_back_repays_first(member, tea, books):
    receipt = buy(member, tea, fen=10_000)
    spent = pay_points(member, books, points=70)
    make_refund(receipt)

    undo(spent, books, points=50)

    assert queries.balance_of(member) == Balance(0, 0, 0, debt=20)
    assert Draw.objects.get(transfer__kind="repay").redeemer_id == tea.merchant_id
    assert [position.points for position in queries.clearing()] == [20]


def test_waiting_points_repay_when_their_day_comes(member, tea, books):
    slow = make_earning_store(EarningTerms(pending_days=2))
    run_up(member, tea, 60, at=books)
    receipt = buy(member, slow, fen=10_000)
    assert (receipt.repaid, queries.balance_of(member)) == (0, Balance(0, 0, pending=100, debt=60))
    day = clock.start_of_next_day(clock.now()) + timedelta(days=1)

    assert queries.balance_of(member, day) == Balance(available=40, held=0, pending=0, debt=0)
    with clock.travel_to(day):
        loyalty.sweep_accounts()

    assert Transfer.objects.get(kind="repay").at == day
    assert Receipt.objects.get(pk=receipt.pk).repaid == 0


def test_debts_that_came_by_a_merge_are_repaid_in_the_order_they_were_made(tea, books, sweets):
    old, new, by = make_member("旧"), make_member("新"), make_staff("chen")
    now = clock.now()
    with clock.travel_to(now - timedelta(days=2)):
        run_up(old, tea, 30, at=books)
    with clock.travel_to(now - timedelta(days=1)):
        run_up(new, sweets, 30, at=books)

    loyalty.merge_members(source=old, into=new, reason="同一个人", by=by, key=fresh_key())
    buy(new, books, fen=4_000)

    open_points = dict(Debt.objects.filter(account=new.pk).values_list("carrier_id", "repaid"))
    assert open_points == {tea.merchant_id: 30, sweets.merchant_id: 10}


def test_what_was_taken_back_while_it_waited_does_not_wake_a_merged_account(tea):
    """It waits for nothing there: no audit finds it, no sweep comes for it."""
    old, new, by = make_member("旧"), make_member("新"), make_staff("chen")
    slow = make_earning_store(EarningTerms(pending_days=2))
    make_refund(buy(old, slow, fen=5_000))

    loyalty.merge_members(source=old, into=new, reason="同一个人", by=by, key=fresh_key())

    with clock.travel_to(clock.now() + timedelta(days=5)):
        assert loyalty.sweep_accounts() == 0
