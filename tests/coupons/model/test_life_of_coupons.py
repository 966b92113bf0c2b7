"""Whatever happens to coupons, in whatever order: they are what a naive model of them says.

After every step no audit query finds anything, and every wallet, stock, budget and bill, and what each
party owes each merchant, equal the model.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from district.kernel import clock
from district.merchants import services as merchants
from district.merchants.models import Merchant
from tests.coupons.model.at_counter import AtCounter
from tests.coupons.model.driving import BEGIN, LONG, POINTS
from tests.factories.loyalty import buy, make_counter
from tests.factories.members import make_member, make_operator, make_staff
from tests.factories.merchants import make_merchant, till_of


class Life(AtCounter):
    """Everything that can happen to coupons, in any order."""

    @invariant()
    def coupons_are_what_the_model_says(self):
        self.compare_all()


def life_with(machine):
    """A machine with its people and shops, which every example shares."""
    with clock.moved_to(BEGIN):
        members_ = {name: make_member(name) for name in "abc"}
        stores_ = {name: make_counter() for name in "xy"}
        for one in members_.values():
            buy(one, stores_["x"], fen=POINTS * 100)
    named = {
        "alliance": merchants.alliance_party(),
        "fund": make_merchant(kind=Merchant.Kind.FUND),
        **{name: store.merchant for name, store in stores_.items()},
    }

    class Bound(machine):
        members, stores = members_, stores_
        tills = {name: till_of(store) for name, store in stores_.items()}
        people = (make_staff("tichu"), make_operator("fuhe"))
        parties_of = named
        parties = {party.pk: name for name, party in named.items()}

    return Bound


@pytest.fixture
def life(db):
    return life_with(Life)


COMMON = settings(
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    # Shrinking takes minutes, and a life of forty steps can be read; who wants it, adds Phase.shrink.
    phases=[Phase.generate],
)


def test_some_lives(life):
    """The same examples at every run; many more below."""
    run_state_machine_as_test(
        life,
        settings=settings(COMMON, max_examples=8, stateful_step_count=20, derandomize=True),
    )


@pytest.mark.slow
def test_many_lives(life):
    run_state_machine_as_test(
        life, settings=settings(COMMON, max_examples=LONG, stateful_step_count=40, print_blob=True)
    )
