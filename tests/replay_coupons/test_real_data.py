"""The contract's figures, from the product itself."""

import pytest

from tests.replay_coupons.conftest import COMMAND
from tests.replay_coupons.test_reference import EXPECTED


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_real_redemptions_give_the_contracts_figures_twice(new_stage, shared_data):
    stage, folder = new_stage(), shared_data / "completejourney"

    outcome = stage.run(folder, command=COMMAND)

    assert (outcome.code, outcome.result) == (0, EXPECTED), outcome.err
    assert list(outcome.result) == list(EXPECTED)
    audit = stage.run(command="audit_ledger")
    assert (audit.code, audit.err) == (0, "")
    before = stage.books()
    assert stage.run(folder, command=COMMAND).result == EXPECTED
    assert stage.books() == before
