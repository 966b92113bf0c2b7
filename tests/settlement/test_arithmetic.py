"""Carries over any sequence of cycles: against sums of plain Python fractions."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from district.kernel import clock, invariants
from loyalty.services.set_terms import EarningTerms
from loyalty.settlement.models import Fee, Line, Statement
from tests.factories.loyalty import buy, make_earning_store, pay_points, undo
from tests.factories.members import make_member, make_operator
from tests.factories.settlement import closed
from tests.settlement.conftest import FIRST, INSIDE, LAST

# Which store of three redeems, how many points, and how many cycles later it is undone (0: never).
spendings = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 90), st.integers(0, 2)), min_size=1, max_size=6
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    prices=st.lists(st.integers(0, 100_000), min_size=3, max_size=3),
    fees=st.lists(st.integers(0, 2_000), min_size=3, max_size=3),
    cycles=st.lists(spendings, min_size=1, max_size=3),
)
def test_fen_and_carry_are_exactly_what_was_drawn(databases_each, prices, fees, cycles):
    with databases_each(), clock.travel_to(INSIDE):
        by, approver = make_operator("zhang"), make_operator("wang")
        stores = [
            make_earning_store(EarningTerms(price_milli_fen=price, redeem_fee_bp=fee))
            for price, fee in zip(prices, fees, strict=True)
        ]
        member = make_member()
        for store in stores:
            buy(member, store, fen=50_000)
        plan = _Plan(stores, prices, fees)
        for number, wanted in enumerate(cycles):
            with clock.travel_to(INSIDE + number * timedelta(days=30)):
                plan.undo(number)
                for turn, points, later in wanted:
                    plan.spend(member, turn, points, later and number + later)
            closed(LAST + number * timedelta(days=30), first_day=FIRST, by=by, approver=approver)
            plan.require_settled()
        assert list(invariants.offences()) == []


class _Plan:
    """What the books must say, kept in plain lists: lots are used up in the order they were bought."""

    def __init__(self, stores, prices, fees):
        self.stores, self.prices, self.fees = stores, prices, fees
        self.left = [500, 500, 500]
        self.owed, self.fee = {}, {}
        self.later = []

    def spend(self, member, turn, points, undone):
        if sum(self.left) < points:
            return
        transfer = pay_points(member, self.stores[turn], points=points)
        parts = []
        for issuer in range(3):
            taken = min(points, self.left[issuer])
            if taken:
                parts.append((issuer, taken))
                self.left[issuer] -= taken
                points -= taken
        self._book(turn, parts, 1)
        if undone:
            self.later.append((undone, transfer, turn, parts))

    def undo(self, number):
        for due, transfer, turn, parts in self.later:
            if due == number:
                undo(transfer, self.stores[turn])
                for issuer, taken in parts:
                    self.left[issuer] += taken
                self._book(turn, parts, -1)

    def _book(self, turn, parts, sign):
        for issuer, taken in parts:
            if issuer != turn:
                money = sign * taken * Fraction(self.prices[issuer], 1000)
                self.owed[issuer, turn] = self.owed.get((issuer, turn), 0) + money
                self.fee[turn] = self.fee.get(turn, 0) + money * Fraction(self.fees[turn], 10_000)

    def require_settled(self):
        ids = {store.merchant_id: turn for turn, store in enumerate(self.stores)}
        held = {}
        for line in Line.objects.order_by("cycle"):
            pair = ids[line.issuer_id], ids[line.redeemer_id]
            fen, _carry = held.get(pair, (0, 0))
            held[pair] = fen + line.fen, line.carry_out
        for pair in held.keys() | self.owed.keys():
            fen, carry = held.get(pair, (0, 0))
            assert fen + Fraction(carry, 1000) == self.owed.get(pair, 0)
            assert abs(fen - self.owed.get(pair, 0)) < 1
        fees = {}
        for fee in Fee.objects.order_by("cycle"):
            fen, _carry = fees.get(ids[fee.merchant_id], (0, 0))
            fees[ids[fee.merchant_id]] = fen + fee.fen, fee.carry_out
        for turn in fees.keys() | self.fee.keys():
            fen, carry = fees.get(turn, (0, 0))
            assert fen + Fraction(carry, 10_000_000) == self.fee.get(turn, 0)
        assert sum(Statement.objects.values_list("net", flat=True)) == 0


@pytest.fixture
def databases_each(databases, django_db_blocker, tmp_path):
    """A database for each example."""
    from contextlib import contextmanager

    from tests.databases import use_database

    @contextmanager
    def fresh():
        name = databases.clone()
        with django_db_blocker.unblock(), use_database(databases.url_of(name)):
            yield
            connection.close()
        databases.drop(name)

    return fresh
