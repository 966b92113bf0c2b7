"""Whatever the district does, in whatever order: the ledger is what a naive model of it says.

After every step no audit query finds anything, and what members have, every lot, debt and line, and
what merchants owe each other equal the model, both as a reader sees it before any sweep and after one.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from district.merchants import services as merchants
from district.merchants.models import Merchant
from tests.factories.loyalty import (
    make_earning_store,
)
from tests.factories.members import make_member, make_operator, make_staff
from tests.factories.merchants import make_merchant
from tests.loyalty.model.ledger_run import LedgerModelRun
from tests.loyalty.model.machine import (
    LONG,
)


@pytest.fixture
def ledger_machine(db):
    """The machine with its people and shops, which every example shares."""

    class BoundLedgerMachine(LedgerModelRun):
        members = [make_member(name) for name in ("甲", "乙", "丙")]
        stores = [make_earning_store() for _ in range(3)]
        people = (make_staff("tichu"), make_operator("fuhe"))
        parties = {
            "alliance": merchants.alliance_party(),
            "fund": make_merchant(kind=Merchant.Kind.FUND),
        }

    return BoundLedgerMachine


COMMON = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def test_some_sequences(ledger_machine):
    """The same examples at every run; many more below."""
    run_state_machine_as_test(
        ledger_machine,
        settings=settings(
            COMMON,
            max_examples=12,
            stateful_step_count=20,
            derandomize=True,
            # Shrinking takes minutes; the long test does it.
            phases=[Phase.generate],
        ),
    )


@pytest.mark.slow
def test_many_sequences(ledger_machine):
    run_state_machine_as_test(
        ledger_machine,
        settings=settings(COMMON, max_examples=LONG, stateful_step_count=40, print_blob=True),
    )
