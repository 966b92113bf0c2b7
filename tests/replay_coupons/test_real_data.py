"""The contract's figures, from the product itself."""

import pytest

from tests.replay_coupons.conftest import COMMAND
from tests.replay_coupons.test_reference import EXPECTED


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_real_redemptions_give_the_contracts_figures_twice(new_replay_database, shared_data):
    replay_setup, folder = new_replay_database(), shared_data / "completejourney"

    outcome = replay_setup.run(folder, command=COMMAND)

    assert (outcome.code, outcome.result) == (0, EXPECTED), outcome.err
    assert list(outcome.result) == list(EXPECTED)
    audit = replay_setup.run(command="audit")
    assert (audit.code, audit.err) == (0, "")
    before = replay_setup.books()
    assert replay_setup.run(folder, command=COMMAND).result == EXPECTED
    assert replay_setup.books() == before
