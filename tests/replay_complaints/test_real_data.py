"""The contract's figures, from the product itself."""

import pytest

from tests.replay_complaints.conftest import COMMAND, fixed
from tests.replay_complaints.test_reference import EXPECTED


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_real_complaints_give_the_contracts_figures_twice(new_replay_database, shared_data):
    replay_setup = new_replay_database()
    path = shared_data / "cfpb_complaints" / "complaints.csv.gz"

    outcome = replay_setup.run(path, command=COMMAND)

    assert outcome.code == 0, outcome.err
    assert fixed(outcome) == EXPECTED
    assert list(outcome.result)[: len(EXPECTED)] == list(EXPECTED)
    assert replay_setup.run(command="audit").code == 0
    before = replay_setup.books()
    assert fixed(replay_setup.run(path, command=COMMAND)) == EXPECTED
    assert replay_setup.books() == before
