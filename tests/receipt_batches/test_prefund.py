"""A merchant that prefunds: a chunk takes what it costs, no more and never too much."""

import pytest

from district.kernel import clock
from district.merchants.services import alliance_party
from loyalty.models import IssueBudget, IssueBudgetSlot, Lot, PrefundEntry, Receipt
from tests.factories.loyalty import make_earning_store
from tests.receipt_batches.rows import post_all, receipt_row, results_by_line

POINT = 1_000


@pytest.fixture
def prefunded(db):
    def make(points, slots=4):
        counter = make_earning_store()
        budget = IssueBudget.objects.create(
            merchant=counter.merchant, slots=slots, since=clock.now()
        )
        PrefundEntry.objects.create(
            merchant=counter.merchant,
            kind="deposit",
            milli_fen=points * POINT,
            reference="1",
            actor="system",
            at=clock.now(),
        )
        for slot in range(slots):
            share = points // slots + (points % slots if slot == 0 else 0)
            IssueBudgetSlot.objects.create(
                budget=budget, slot=slot, remaining_milli_fen=share * POINT
            )
        return counter

    return make


def left(counter):
    slots = IssueBudgetSlot.objects.filter(budget=counter.merchant_id)
    return sum(slots.values_list("remaining_milli_fen", flat=True)) // POINT


def test_rows_take_their_cost_out_of_the_budget(member, prefunded):
    counter = prefunded(1_000)
    rows = [receipt_row(counter, member, fen=fen) for fen in (10_000, 20_000, 50)]

    post_all(counter, rows)

    assert left(counter) == 700
    assert set(Lot.objects.values_list("budgeted", flat=True)) == {True}


def test_what_rows_did_not_need_stays_in_the_budget(member, prefunded):
    counter = prefunded(1_000)
    rows = [receipt_row(counter, member, fen=10_000) for _ in range(4)]
    post_all(counter, rows[:3])

    again = post_all(counter, rows)

    assert results_by_line(again) == {1: "repeated", 2: "repeated", 3: "repeated", 4: "posted"}
    assert left(counter) == 600


def test_when_it_runs_out_rows_go_on_at_the_alliances_expense(member, prefunded):
    counter = prefunded(250)
    rows = [receipt_row(counter, member, fen=10_000) for _ in range(4)]

    batch = post_all(counter, rows)

    assert set(results_by_line(batch).values()) == {"posted"}
    granted = Receipt.objects.order_by("pk").values_list("granted", "issuer_id")
    alliance = alliance_party().pk
    own = counter.merchant_id
    assert list(granted) == [(100, own), (100, own), (50, alliance), (50, alliance)]
    assert left(counter) == 50
    assert batch.points == 300
