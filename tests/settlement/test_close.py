"""A cycle closes: to the fen, once, by two people, and never differently afterwards."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from district.kernel import clock
from district.kernel.errors import FourEyesNeeded
from district.merchants.services import alliance_party
from loyalty import services as loyalty
from loyalty.services.set_terms import EarningTerms
from loyalty.settlement import services as settlement
from loyalty.settlement.errors import (
    CycleNeedsFirstDay,
    CycleNotOver,
    CycleState,
    CycleStillOpen,
    CycleWithoutDays,
)
from loyalty.settlement.models import Cycle, Fee, Line, Statement
from tests.factories.loyalty import buy, make_earning_store, pay_points, undo
from tests.factories.settlement import closed, open_cycle_until
from tests.settlement.conftest import AFTER, FIRST, LAST

APRIL = date(2026, 4, 30)


def line():
    return (
        Line.objects.values_list("points", "milli_fen", "carry_in", "fen", "carry_out")
        .order_by("-cycle__number")
        .first()
    )


def test_what_was_spent_elsewhere_is_owed_at_the_issuers_price(member, tea, books, zhang, wang):
    buy(member, tea, fen=12_680)
    pay_points(member, books, points=60)

    cycle = closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    assert cycle.state == "closed"
    only = Line.objects.get()
    assert (only.issuer_id, only.redeemer_id) == (tea.merchant_id, books.merchant_id)
    assert line() == (60, 60_000, 0, 60, 0)
    nets = dict(Statement.objects.values_list("merchant", "net"))
    assert nets == {tea.merchant_id: -60, books.merchant_id: 60}


def test_points_spent_where_they_were_earned_cost_nobody_anything(member, tea, zhang, wang):
    buy(member, tea, fen=12_680)
    pay_points(member, tea, points=60)

    closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    assert not Line.objects.exists()
    assert Statement.objects.get().net == 0


def test_less_than_a_fen_goes_on_to_the_next_cycle(member, books, zhang, wang):
    tea = make_earning_store(EarningTerms(price_milli_fen=333))
    buy(member, tea, fen=100_000)
    pay_points(member, books, points=5)
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    assert line() == (5, 1_665, 0, 1, 665)

    with clock.travel_to(AFTER):
        pay_points(member, books, points=2)
    closed(APRIL, by=zhang, approver=wang)

    assert line() == (2, 666, 665, 1, 331)


def test_a_reversal_after_the_close_is_a_negative_line_of_the_next_cycle(
    member, books, zhang, wang
):
    tea = make_earning_store(EarningTerms(price_milli_fen=333))
    buy(member, tea, fen=100_000)
    spent = pay_points(member, books, points=5)
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    with clock.travel_to(AFTER):
        undo(spent, books)
    closed(APRIL, by=zhang, approver=wang)

    assert line() == (-5, -1_665, 665, -1, 0)
    nets = dict(Statement.objects.filter(cycle__number=2).values_list("merchant", "net"))
    assert nets == {tea.merchant_id: 1, books.merchant_id: -1}


def test_what_is_posted_late_for_an_earlier_day_falls_into_the_next_cycle(
    member, tea, books, zhang, wang
):
    buy(member, tea, fen=10_000)
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    with clock.travel_to(AFTER):
        settlement.propose_close(cycle=cycle, by=zhang)
    pay_points(member, books, points=30)
    with clock.travel_to(AFTER):
        settlement.approve_close(cycle=cycle, by=wang)

    assert not Line.objects.exists()
    closed(APRIL, by=zhang, approver=wang)
    assert line()[0] == 30


def test_the_alliance_keeps_the_fee_of_what_a_merchant_receives(member, tea, zhang, wang):
    books = make_earning_store(EarningTerms(redeem_fee_bp=150))
    buy(member, tea, fen=1_000_000)
    spent = pay_points(member, books, points=433)
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    fee = Fee.objects.get()
    assert (fee.milli_fen, fee.parts) == (433_000, 433_000 * 150)
    assert (fee.fen, fee.carry_out) == (6, 4_950_000)
    nets = dict(Statement.objects.values_list("merchant", "net"))
    assert nets == {tea.merchant_id: -433, books.merchant_id: 427, alliance_party().pk: 6}

    # Given back is the fee that was paid, whatever the terms say by then.
    with clock.travel_to(AFTER):
        loyalty.set_terms(
            merchant=books.merchant,
            earning_terms=EarningTerms(redeem_fee_bp=2_000),
            start=clock.now(),
        )
        undo(spent, books)
    closed(APRIL, by=zhang, approver=wang)
    assert sum(Fee.objects.values_list("fen", flat=True)) == 0
    assert Fee.objects.get(cycle__number=2).carry_out == 0


def test_no_fee_is_taken_of_ones_own_points(member, zhang, wang):
    books = make_earning_store(EarningTerms(redeem_fee_bp=150))
    buy(member, books, fen=1_000_000)
    pay_points(member, books, points=433)

    closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    assert not Fee.objects.exists()


def test_two_people_close_a_cycle_and_each_may_say_it_twice(member, tea, books, zhang, wang):
    buy(member, tea, fen=10_000)
    pay_points(member, books, points=10)
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    with pytest.raises(CycleNotOver):
        settlement.propose_close(cycle=cycle, by=zhang)
    with clock.travel_to(AFTER):
        with pytest.raises(CycleState):
            settlement.approve_close(cycle=cycle, by=wang)
        proposed = settlement.propose_close(cycle=cycle, by=zhang)
        assert settlement.propose_close(cycle=cycle, by=zhang).horizon == proposed.horizon
        with pytest.raises(CycleState):
            settlement.propose_close(cycle=cycle, by=wang)
        with pytest.raises(FourEyesNeeded):
            settlement.approve_close(cycle=cycle, by=zhang)
        done = settlement.approve_close(cycle=cycle, by=wang)
        assert settlement.approve_close(cycle=cycle, by=wang).hash == done.hash
        with pytest.raises(CycleState):
            settlement.approve_close(cycle=cycle, by=zhang)
        with pytest.raises(CycleState):
            settlement.withdraw_close(cycle=cycle, by=zhang)
    assert Line.objects.count() == 1


def test_cycles_follow_each_other_without_a_gap(zhang, wang):
    with pytest.raises(CycleNeedsFirstDay):
        settlement.open_cycle(last_day=LAST, by=zhang)
    with pytest.raises(CycleWithoutDays):
        settlement.open_cycle(first_day=LAST, last_day=FIRST, by=zhang)
    first = open_cycle_until(FIRST, first_day=FIRST, by=zhang)
    assert open_cycle_until(FIRST, by=zhang) == first
    with pytest.raises(CycleStillOpen):
        open_cycle_until(LAST, by=zhang)
    settlement.move_cycle_end(cycle=first, last_day=LAST, by=zhang)
    closed(LAST, by=zhang, approver=wang)
    second = open_cycle_until(APRIL, by=zhang)
    assert (second.number, second.starts_at) == (2, clock.start_of_day(date(2026, 4, 1)))


@pytest.fixture
def settled(member, tea, books, zhang, wang):
    buy(member, tea, fen=10_000)
    pay_points(member, books, points=10)
    return closed(LAST, first_day=FIRST, by=zhang, approver=wang)


@pytest.mark.parametrize(
    "broken",
    [
        "update settlement_cycle set ends_at = ends_at - interval '1 day'",
        "delete from settlement_cycle",
        "truncate settlement_cycle cascade",
        "update settlement_line set fen = fen + 1",
        "delete from settlement_line",
        "update settlement_statement set net = net + 1",
        "insert into settlement_line select 99, cycle_id, redeemer_id, issuer_id, movements, points,"
        " milli_fen, carry_in, fen, carry_out, prefunded_milli_fen, prefunded_carry_in,"
        " prefunded_fen, prefunded_carry_out from settlement_line",
        "insert into settlement_statement (public_id, cycle_id, merchant_id, receivable, payable,"
        " fees, fees_kept, credits, charges, net, prefunded, due, expired_points, hash)"
        " select 'x', cycle_id, merchant_id + 1000, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, ''"
        " from settlement_statement limit 1",
        "insert into settlement_cycle (public_id, number, follows, starts_at, ends_at)"
        " select 'x', 2, 1, ends_at + interval '1 day', ends_at + interval '9 days'"
        " from settlement_cycle",
        "insert into settlement_cycle (public_id, number, follows, starts_at, ends_at)"
        " select 'x', 2, 1, ends_at, ends_at + interval '9 hours' from settlement_cycle",
        "insert into settlement_cycle (public_id, number, follows, starts_at, ends_at)"
        " select 'x', 3, 2, ends_at, ends_at + interval '9 days' from settlement_cycle",
    ],
)
def test_a_closed_cycle_stands(settled, broken):

    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute(broken)


def test_nets_that_do_not_cancel_out_are_refused_by_the_database(zhang, tea):
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    with clock.travel_to(AFTER):
        settlement.propose_close(cycle=cycle, by=zhang)

    with pytest.raises(IntegrityError, match="do not come to nothing"):
        Statement.objects.create(
            cycle=cycle, merchant=tea.merchant, receivable=1, payable=0, fees=0, fees_kept=0,
            credits=0, charges=0, net=1, prefunded=0, due=1, expired_points=0, hash=b"",
        )  # fmt: skip


def test_whoever_moved_the_end_does_not_approve_it(zhang, wang):
    cycle = open_cycle_until(FIRST, first_day=FIRST, by=zhang)
    settlement.move_cycle_end(cycle=cycle, last_day=LAST, by=wang)
    with clock.travel_to(AFTER):
        settlement.propose_close(cycle=cycle, by=zhang)
        with pytest.raises(FourEyesNeeded):
            settlement.approve_close(cycle=cycle, by=wang)
    with (
        pytest.raises(IntegrityError, match="cycle_end_not_moved_by_its_approver"),
        transaction.atomic(),
    ):
        Cycle.objects.update(state="closed", hash=b"1", approved_by=wang, approved_at=AFTER)


def test_one_person_cannot_be_both_whatever_the_code_says(zhang, wang):
    cycle = closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    open_cycle_until(APRIL, by=zhang)

    with pytest.raises(IntegrityError, match="cycle_by_four_eyes"):
        Cycle.objects.filter(number=2).update(
            state="closed", horizon=cycle.horizon, draft_hash=b"1", hash=b"1", proposed_by=zhang,
            approved_by=zhang, proposed_at=AFTER, approved_at=AFTER,
        )  # fmt: skip
