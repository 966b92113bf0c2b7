"""The contract's table, from the product itself."""

import pytest

from tests.replay.test_reference import EXPECTED, RETAIL


def test_sixty_households_give_the_contracts_figures(new_stage, shared_data):
    outcome = new_stage().run(shared_data / "completejourney", "--households", 60)

    assert (outcome.code, outcome.result["refused"]) == (0, [])
    assert outcome.figures == EXPECTED[60]


def test_online_retail_gives_the_contracts_figures_and_a_clean_ledger(new_stage, shared_data):
    stage = new_stage()
    outcome = stage.run(shared_data / "online_retail")

    assert (outcome.code, outcome.result["refused"]) == (0, []), outcome.err
    assert outcome.figures == RETAIL
    audit = stage.run(command="audit_ledger")
    assert (audit.code, audit.err) == (0, "")
    assert stage.run(shared_data / "online_retail").figures == RETAIL


@pytest.mark.slow
def test_all_households_give_the_contracts_figures_and_a_clean_ledger(new_stage, shared_data):
    stage = new_stage()
    outcome = stage.run(shared_data / "completejourney")

    assert (outcome.code, outcome.result["refused"]) == (0, [])
    assert outcome.figures == EXPECTED[None]
    assert stage.run(command="audit_ledger").code == 0
    assert stage.run(shared_data / "completejourney").figures == EXPECTED[None]
