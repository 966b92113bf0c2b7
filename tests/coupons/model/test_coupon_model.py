"""Whatever happens to coupons, in whatever order: they are what a naive model of them says.

After every step no audit query finds anything, and every wallet, stock, budget and bill, and what each
party owes each merchant, equal the model.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from district.kernel import clock
from district.kernel.errors import DomainError
from district.merchants import services as merchants
from district.merchants.models import Merchant
from loyalty.services import EarningTerms
from tests.coupons.model import naive
from tests.coupons.model.counter_steps import CounterSteps
from tests.coupons.model.machine import BEGIN, LONG, POINTS
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_operator, make_staff
from tests.factories.merchants import make_merchant, till_of
from tests.mutations.protections import Protection, rewrite_functions


class CouponModelRun(CounterSteps):
    """Everything that can happen to coupons, in any order."""

    @invariant()
    def coupons_are_what_the_model_says(self):
        self.compare_all()


def machine_with_people(machine):
    """A machine with its people and shops, which every example shares."""
    # A day before any version is published: these purchases bring nothing.
    with clock.travel_to(BEGIN - timedelta(days=1)):
        members_ = {name: make_member(name) for name in "abc"}
        stores_ = {name: make_earning_store() for name in "xy"}
        market_ = make_earning_store(EarningTerms(earn_points=1, earn_per_fen=100_000))
        for member in members_.values():
            buy(member, stores_["x"], fen=POINTS * 100)
    named = {
        "alliance": merchants.alliance_party(),
        "fund": make_merchant(kind=Merchant.Kind.FUND),
        **{name: store.merchant for name, store in stores_.items()},
    }

    class LimitedMachine(machine):
        members, stores, market = members_, stores_, market_
        tills = {name: till_of(store) for name, store in stores_.items()}
        people = (make_staff("tichu"), make_operator("fuhe"))
        parties_of = named
        parties = {party.pk: name for name, party in named.items()}

    return LimitedMachine


@pytest.fixture
def machine(db):
    return machine_with_people(CouponModelRun)


COMMON = settings(
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    # Shrinking takes minutes, and a run of forty steps can be read; who wants it, adds Phase.shrink.
    phases=[Phase.generate],
)
# Enough to find a mistake; it ends with the first.
HUNT = settings(COMMON, max_examples=300, stateful_step_count=30, derandomize=True)


def test_some_runs(machine):
    """The same examples at every run; many more below."""
    run_state_machine_as_test(
        machine,
        settings=settings(COMMON, max_examples=8, stateful_step_count=20, derandomize=True),
    )


@pytest.mark.slow
def test_many_runs(machine):
    run_state_machine_as_test(
        machine,
        settings=settings(COMMON, max_examples=LONG, stateful_step_count=40, print_blob=True),
    )


class Forgetful(naive.NaiveDistrict):
    """A model that does not see what a friend took."""

    def accept(self, offered, member):
        coupon, giver = offered
        super().accept(offered, member)
        coupon.holder = giver


def test_a_wrong_model_is_recognised(machine):
    """The machine would see a difference, too, if it were the district's."""
    machine.NaiveDistrict = Forgetful
    # What it believes leads to acts that the district refuses, if not to another state.
    with pytest.raises((AssertionError, DomainError)):
        run_state_machine_as_test(machine, settings=HUNT)


# Mistakes as one could make them in the SQL functions.
MISTAKES = {
    "a reversal leaves its discount on the bill": (
        "undo",
        "set discount_fen = discount_fen - v_redemption.discount_fen",
        "set discount_fen = discount_fen",
    ),
    "a revoked unit is lost": (
        "origin",
        "set remaining = remaining + 1\n            where version_id = p_coupon.version_id and day is",
        "set remaining = remaining\n            where version_id = p_coupon.version_id and day is",
    ),
    "who reverses after the end gets it back for ever": (
        "undo",
        "if v_coupon.state <> 'expired' and p_at < v_coupon.valid_until then",
        "if v_coupon.state <> 'expired' then",
    ),
    "a limit lets one more through": (
        "claim",
        "if v_had.n >= p_per_member",
        "if v_had.n > p_per_member",
    ),
    "value comes back once more with the whole bill": (
        "undo",
        "set restored_fen = restored_fen + v_value",
        "set restored_fen = restored_fen",
    ),
}


@pytest.mark.slow
@pytest.mark.breaks_the_ledger
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(machine, mistake):
    file, right, wrong = MISTAKES[mistake]
    Protection(mistake, rewrite_functions(f"coupons/sql/{file}.sql", (right, wrong))).remove()
    # Another protection of the database may stand in its way before the model is asked.
    with pytest.raises((AssertionError, IntegrityError)):
        run_state_machine_as_test(machine, settings=HUNT)
