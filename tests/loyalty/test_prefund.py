"""A merchant that pays beforehand: its budget, and what its receipts earn when it is used up."""

import pytest
from django.db import IntegrityError, transaction

from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.models import AuditLine, OutboxRow
from district.merchants import services as merchants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import (
    BudgetAlreadyOpen,
    BudgetForMerchantsOnly,
    PrefundAlreadyEntered,
    PrefundTooLow,
)
from loyalty.models import IssueBudget, IssueBudgetSlot, Lot, PrefundEntry, Receipt
from tests.factories.loyalty import buy, fresh_key
from tests.factories.members import make_operator
from tests.loyalty.sql_bypass import refused


def open_for(store, *, fen=1_000, slots=4, reference="T-1"):
    return loyalty.open_budget(
        merchant=store.merchant, fen=fen, reference=reference, by=None, key=fresh_key(), slots=slots
    )


def deposit(budget, fen, reference):
    return loyalty.deposit_prefund(
        budget=budget, fen=fen, reference=reference, by=None, key=fresh_key()
    )


def withdraw(budget, fen, reference):
    return loyalty.withdraw_prefund(
        budget=budget, fen=fen, reference=reference, by=None, key=fresh_key()
    )


def left(budget):
    return queries.budget_left_by_merchant([budget.pk])[budget.pk]


def parts(budget):
    slots = IssueBudgetSlot.objects.filter(budget=budget).order_by("slot")
    return list(slots.values_list("remaining_milli_fen", flat=True))


def prefund_warnings():
    rows = OutboxRow.objects.filter(name="PrefundLow").order_by("pk")
    return [(row.payload["left_fen"], row.payload["used_up"]) for row in rows]


def test_a_deposit_is_spread_evenly_to_the_last_thousandth(tea):
    budget = open_for(tea, fen=1)

    assert parts(budget) == [250, 250, 250, 250]
    deposit(budget, 2, "T-2")
    assert parts(budget) == [750, 750, 750, 750]


def test_what_does_not_divide_goes_to_the_first_slots(tea):
    budget = open_for(tea, fen=1, slots=3)

    assert parts(budget) == [334, 333, 333]


def test_a_receipt_costs_the_budget_its_points(member, tea):
    budget = open_for(tea, fen=1_000)

    buy(member, tea, fen=10_000)

    assert left(budget) == 900 * 1000
    assert Lot.objects.get().budgeted


def test_a_deposit_evens_out_what_tills_have_taken(member, tea):
    budget = open_for(tea, fen=1_000)
    buy(member, tea, fen=10_000)

    deposit(budget, 100, "T-2")

    assert parts(budget) == [250_000] * 4


def test_without_money_the_alliance_pays_at_its_own_rate(member, tea):
    open_for(tea, fen=1)

    receipt = buy(member, tea, fen=10_000)

    lot, party = Lot.objects.get(), merchants.alliance_party()
    assert (receipt.granted, lot.issuer, lot.budgeted) == (50, party, False)
    assert Receipt.objects.get().issuer == party


def test_with_money_again_the_merchant_pays_itself(member, tea):
    budget = open_for(tea, fen=1)
    buy(member, tea, fen=10_000)

    deposit(budget, 500, "T-2")
    receipt = buy(member, tea, fen=10_000)

    assert (receipt.granted, Lot.objects.latest("pk").issuer) == (100, tea.merchant)


def test_the_same_key_deposits_once(tea):
    budget, key = open_for(tea), fresh_key(fen=5)
    enter = {"budget": budget, "reference": "T-2", "by": None}

    first = loyalty.deposit_prefund(fen=5, key=key, **enter)

    assert loyalty.deposit_prefund(fen=5, key=key, **enter) == first
    with pytest.raises(KeyReused):
        loyalty.deposit_prefund(fen=6, key=type(key).of(key.scope, key.key, fen=6), **enter)
    assert left(budget) == 1_005_000


def test_the_same_payment_is_entered_once_whatever_the_key(tea):
    budget = open_for(tea, reference="T-1")

    with pytest.raises(PrefundAlreadyEntered):
        deposit(budget, 1_000, "T-1")

    assert left(budget) == 1_000_000


def test_one_number_may_be_a_payment_in_and_another_out(tea):
    budget = open_for(tea, reference="T-1")

    withdraw(budget, 1_000, "T-1")

    assert parts(budget) == [0, 0, 0, 0]


def test_no_more_is_paid_back_than_is_left(member, tea):
    budget = open_for(tea, fen=1_000)
    buy(member, tea, fen=50_000)

    with pytest.raises(PrefundTooLow) as refusal:
        withdraw(budget, 501, "W-1")

    assert refusal.value.facts == {"left_fen": 500, "asked_fen": 501}
    assert left(budget) == 500_000
    withdraw(budget, 500, "W-1")
    assert left(budget) == 0
    assert list(PrefundEntry.objects.order_by("pk").values_list("kind", "milli_fen")) == [
        ("deposit", 1_000_000),
        ("withdrawal", -500_000),
    ]


def test_a_budget_is_opened_once_and_for_merchants_only(tea):
    key = fresh_key(fen=5)
    ask = {"merchant": tea.merchant, "fen": 5, "reference": "T-1", "by": make_operator()}
    budget = loyalty.open_budget(key=key, **ask)

    assert loyalty.open_budget(key=key, **ask) == budget
    with pytest.raises(BudgetAlreadyOpen):
        open_for(tea, reference="T-2")
    with pytest.raises(BudgetForMerchantsOnly):
        loyalty.open_budget(
            merchant=merchants.alliance_party(), fen=5, reference="T", by=None, key=fresh_key()
        )
    assert left(budget) == 5_000
    lines = AuditLine.objects.filter(subject=f"loyalty.issuebudget:{budget.pk}").order_by("pk")
    assert [line.verb for line in lines] == ["open_budget", "deposit_prefund"]


def test_a_merchant_is_warned_once_below_a_fifth(member, tea):
    budget = open_for(tea, fen=1_000)
    buy(member, tea, fen=80_000)
    assert loyalty.warn_of_low_prefunds() == 0  # exactly a fifth is left
    buy(member, tea, fen=100)

    assert loyalty.warn_of_low_prefunds() == 1
    assert loyalty.warn_of_low_prefunds() == 0

    budget.refresh_from_db()
    assert (budget.warned_at is None, budget.fallback_since) == (False, None)
    assert prefund_warnings() == [(199, False)]


def test_a_merchant_is_warned_once_that_its_money_is_used_up(member, tea):
    budget = open_for(tea, fen=1_000)
    buy(member, tea, fen=85_000)
    loyalty.warn_of_low_prefunds()
    buy(member, tea, fen=15_000)

    assert loyalty.warn_of_low_prefunds() == 1
    assert loyalty.warn_of_low_prefunds() == 0
    assert prefund_warnings() == [(150, False), (0, True)]
    budget.refresh_from_db()
    assert budget.fallback_since >= budget.warned_at


def test_what_is_used_up_at_once_is_warned_of_once(member, tea):
    open_for(tea, fen=1_000)
    buy(member, tea, fen=100_000)

    assert loyalty.warn_of_low_prefunds() == 1
    assert prefund_warnings() == [(0, True)]
    assert loyalty.warn_of_low_prefunds() == 0


def test_too_little_for_a_single_point_is_used_up(tea):
    loyalty.set_terms(
        merchant=tea.merchant,
        earning_terms=loyalty.EarningTerms(price_milli_fen=1_500),
        start=clock.now(),
    )
    open_for(tea, fen=1)

    loyalty.warn_of_low_prefunds()

    assert prefund_warnings() == [(1, True)]


def test_a_deposit_begins_anew(member, tea):
    budget = open_for(tea, fen=1_000)
    buy(member, tea, fen=100_000)
    loyalty.warn_of_low_prefunds()

    deposit(budget, 500, "T-2")
    budget.refresh_from_db()
    assert (budget.warned_at, budget.fallback_since) == (None, None)
    assert loyalty.warn_of_low_prefunds() == 0

    buy(member, tea, fen=40_100)
    loyalty.warn_of_low_prefunds()
    assert prefund_warnings() == [(0, True), (99, False)]


def test_money_taken_out_lowers_what_a_fifth_is_of(member, tea):
    budget = open_for(tea, fen=1_000)

    withdraw(budget, 900, "W-1")
    assert loyalty.warn_of_low_prefunds() == 0
    buy(member, tea, fen=8_100)

    loyalty.warn_of_low_prefunds()
    assert prefund_warnings() == [(19, False)]


def test_a_refused_receipt_gives_its_money_back_to_the_budget(member, tea):
    budget = open_for(tea, fen=1_000)
    buy(member, tea, fen=10_000, no="B-1")

    with pytest.raises(Exception, match="小票"):
        buy(member, tea, fen=20_000, no="B-1")

    assert left(budget) == 900_000


@pytest.mark.parametrize(
    ("act", "name"),
    [
        ("update loyalty_issuebudgetslot set remaining_milli_fen = -1", "budget_never_overdrawn"),
        ("update loyalty_issuebudgetslot set slot = 16", "budget_never_overdrawn"),
        ("update loyalty_issuebudgetslot set slot = 0", "budget_slot_once"),
        ("update loyalty_issuebudget set full_milli_fen = -1", "budget_full_is_not_negative"),
        ("update loyalty_issuebudget set fallback_since = since", "budget_warned_before_fallback"),
        ("update loyalty_issuebudget set slots = 5", "append-only"),
        ("delete from loyalty_issuebudget", "append-only"),
        ("update loyalty_prefundentry set milli_fen = 7", "append-only"),
        ("delete from loyalty_prefundentry", "append-only"),
        ("truncate loyalty_prefundentry", "append-only"),
    ],
)
def test_the_tables_refuse_what_no_verb_does(tea, act, name):
    open_for(tea)

    refused(name, act)


@pytest.mark.parametrize(
    ("kind", "milli_fen", "reference"),
    [("deposit", -1, "x"), ("withdrawal", 1, "x"), ("release", -1, "x"), ("deposit", 1, "")],
)
def test_money_goes_in_its_direction_and_has_a_number(tea, kind, milli_fen, reference):
    budget = open_for(tea)

    with pytest.raises(IntegrityError, match="prefund_in_its_direction"), transaction.atomic():
        PrefundEntry.objects.create(
            merchant_id=budget.pk,
            kind=kind,
            milli_fen=milli_fen,
            reference=reference,
            actor="x",
            at=budget.since,
        )


@pytest.mark.parametrize("slots", [0, 17])
def test_slots_have_bounds(tea, slots):
    with pytest.raises(IntegrityError, match="budget_slots_in_bounds"), transaction.atomic():
        IssueBudget.objects.create(merchant=tea.merchant, slots=slots, since=clock.now())
