"""Points that wait before they can be spent."""

from datetime import datetime, timedelta

import pytest

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.kernel.models import OutboxRow
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import InsufficientPoints
from loyalty.models import Lot, Transfer
from loyalty.queries import Balance
from loyalty.services import EarningTerms
from tests.factories.loyalty import buy, make_earning_store, make_refund, pay_points, undo

BOUGHT = datetime(2026, 3, 1, 23, 59, tzinfo=SHANGHAI)
ACTIVE = datetime(2026, 3, 4, tzinfo=SHANGHAI)
EARLIER = ACTIVE - timedelta(microseconds=1)


@pytest.fixture
def waiting(db):
    return make_earning_store(EarningTerms(pending_days=3, validity_months=1))


@pytest.fixture
def receipt(member, waiting):
    with clock.travel_to(BOUGHT):
        return buy(member, waiting, fen=10_000)


def test_points_wait_until_the_start_of_their_day(receipt, member):
    assert queries.balance_of(member, EARLIER) == Balance(0, 0, pending=100, debt=0)
    assert queries.balance_of(member, ACTIVE) == Balance(100, 0, 0, 0)


def test_waiting_points_are_not_spent(receipt, member, tea):
    with clock.travel_to(EARLIER), pytest.raises(InsufficientPoints):
        pay_points(member, tea, points=1)
    with clock.travel_to(ACTIVE):
        assert pay_points(member, tea, points=100).available_after == 0


def test_the_calendar_shows_what_will_become_spendable(receipt, member, waiting):
    with clock.travel_to(EARLIER):
        (coming,) = queries.activating(member)
    with clock.travel_to(ACTIVE):
        assert queries.activating(member) == []

    assert (coming.points, coming.active_from) == (100, ACTIVE)
    assert coming.issuer == waiting.merchant.name


def test_the_sweep_writes_the_line_at_its_instant(receipt, member):
    with clock.travel_to(ACTIVE + timedelta(days=2)):
        loyalty.sweep_accounts()

    line = Transfer.objects.get(kind="activate")
    assert (line.points, line.at, line.available_after) == (100, ACTIVE, 100)
    assert OutboxRow.objects.get(name="PointsActivated").payload["points"] == 100


def test_points_of_one_day_become_spendable_by_one_line(member, waiting, receipt):
    with clock.travel_to(BOUGHT):
        buy(member, waiting, fen=5_000)
    with clock.travel_to(ACTIVE):
        loyalty.sweep_accounts()

    assert Transfer.objects.get(kind="activate").points == 150


def test_a_refund_takes_waiting_points_where_they_wait(receipt, member, tea):
    with clock.travel_to(EARLIER):
        buy(member, tea, fen=7_000)
        refund = make_refund(receipt, fen=4_000)

        assert (refund.own, refund.other, refund.owed) == (40, 0, 0)
        assert queries.balance_of(member) == Balance(70, 0, pending=60, debt=0)
    line = Transfer.objects.get(kind="clawback")
    assert (line.source, line.points, line.available_after) == ("pending", 40, 70)


def test_what_was_taken_back_while_it_waited_never_comes(receipt, member):
    with clock.travel_to(EARLIER):
        undone = undo(receipt.transfer, receipt.store)
    with clock.travel_to(ACTIVE):
        loyalty.sweep_accounts()
        assert queries.balance_of(member) == Balance(0, 0, 0, 0)

    assert (undone.kind, Transfer.objects.get(pk=undone.pk).source, undone.points) == (
        "reverse_earn",
        "pending",
        100,
    )
    assert not Transfer.objects.filter(kind="activate").exists()
    assert not Lot.objects.get().pending


def test_points_that_began_and_ended_unseen_leave_two_lines(receipt, member):
    with clock.travel_to(BOUGHT + timedelta(days=60)):
        assert queries.balance_of(member) == Balance(0, 0, 0, 0)
        loyalty.sweep_accounts()

    kinds = queries.statement(member).order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == ["earn", "activate", "expire"]


def test_a_debt_is_repaid_the_moment_points_become_spendable_even_if_they_ended_since(
    member, tea, books, waiting
):
    """Nobody looked between their beginning and their end: the debt was repaid all the same."""
    with clock.travel_to(BOUGHT):
        bought = buy(member, tea, fen=6_000)
        pay_points(member, books, points=60)
        make_refund(bought)
        buy(member, waiting, fen=10_000)
    long_after = BOUGHT + timedelta(days=60)

    foreseen = queries.balance_of(member, long_after)
    with clock.travel_to(long_after):
        loyalty.sweep_accounts()

    assert foreseen == queries.balance_of(member, long_after) == Balance(0, 0, 0, debt=0)
    kinds = queries.statement(member).order_by("-seq").values_list("kind", "points")[:3]
    assert list(kinds) == [("expire", 40), ("repay", 60), ("activate", 100)]
