"""Whatever the district does, in whatever order: the settlement is what a naive model of it says.

After every step no audit query of the settlement finds anything, and cycles, lines, charges, fees,
statements, payments, disputes and credit notes equal the model; and over all cycles what was settled of
a pair and what is carried is exactly what was drawn and not given back.
"""

import os

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from district.kernel.database.postgres import first_row
from district.merchants.services import alliance_party
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member, make_operator
from tests.settlement.model.machine_base import MEMBERS, SHOPS
from tests.settlement.model.naive_settlement import ALLIANCE, NaiveSettlement
from tests.settlement.model.settlement_machine import SettlementMachine

LONG = int(os.environ.get("SETTLEMENT_EXAMPLES", "25"))
COMMON = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    # Shrinking takes minutes, and a run can be read; who wants it, adds Phase.shrink.
    phases=[Phase.generate],
)


# The machine runs in one transaction, which ends only when all is forgotten. What the settlement
# distinguishes by the number of its transaction therefore gets a number of its own.
NUMBERED = """
    create sequence model_transaction;
    alter table loyalty_transfer
        alter column xid set default nextval('model_transaction')::text::xid8;
    alter table settlement_booking
        alter column xid set default nextval('model_transaction')::text::xid8;
"""


def horizon_of_the_model():
    """Above everything that was written before: the machine's steps follow each other."""
    return int(first_row("select nextval('model_transaction')")[0])


@pytest.fixture
def machine(db, monkeypatch):
    """The machine with its people and shops, which every example shares."""
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED)
    monkeypatch.setattr("loyalty.settlement.services.close.horizon_now", horizon_of_the_model)
    shops = [make_earning_store() for _ in SHOPS]
    merchants = dict(zip(SHOPS, (store.merchant for store in shops), strict=True))

    class BoundSettlementMachine(SettlementMachine):
        members = [make_member(name) for name in MEMBERS]
        operators = [make_operator(name) for name in ("zhang", "wang", "li")]
        stores = shops
        parties = {**merchants, ALLIANCE: alliance_party()}

    return BoundSettlementMachine


def test_some_sequences(machine):
    """The same examples at every run; more below."""
    run_state_machine_as_test(
        machine, settings=settings(COMMON, max_examples=9, stateful_step_count=15)
    )


@pytest.mark.slow
def test_many_sequences(machine):
    run_state_machine_as_test(
        machine, settings=settings(COMMON, max_examples=LONG, stateful_step_count=30)
    )


class CarryDropped(NaiveSettlement):
    """What is less than a fen is forgotten with each cycle."""

    def carry(self, pair):
        return 0


class ReversalForgotten(NaiveSettlement):
    """What is given back after the close of its cycle is settled by nobody."""

    def movements_of(self, cycle):
        closed_until = self.last_closed_end()
        return [
            movement
            for movement in super().movements_of(cycle)
            if movement.points > 0 or closed_until is None or movement.paid_at >= closed_until
        ]


class LateBookingForgotten(NaiveSettlement):
    """What is booked late belongs to the closed cycle of its day."""

    def bookings_of(self, cycle):
        closed_until = self.last_closed_end()
        return [
            booking
            for booking in super().bookings_of(cycle)
            if closed_until is None or booking.at >= closed_until
        ]


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [CarryDropped, ReversalForgotten, LateBookingForgotten])
def test_a_wrong_model_is_recognised(machine, wrong):
    machine.Model = wrong
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            machine, settings=settings(COMMON, max_examples=25, stateful_step_count=25)
        )
