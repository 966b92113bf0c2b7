"""The contract's table, from the product itself."""

import pytest

from tests.replay.test_reference import EXPECTED, RETAIL


@pytest.mark.slow
def test_sixty_households_give_the_contracts_figures(new_replay_database, shared_data):
    outcome = new_replay_database().run(shared_data / "completejourney", "--households", 60)

    assert (outcome.code, outcome.result["refused"]) == (0, [])
    assert outcome.figures == EXPECTED[60]


@pytest.mark.slow
def test_online_retail_gives_the_contracts_figures_and_a_clean_ledger(
    new_replay_database, shared_data
):
    database = new_replay_database()
    outcome = database.run(shared_data / "online_retail")

    assert (outcome.code, outcome.result["refused"]) == (0, []), outcome.err
    assert outcome.figures == RETAIL
    audit = database.run(command="audit")
    assert (audit.code, audit.err) == (0, "")
    assert database.run(shared_data / "online_retail").figures == RETAIL


@pytest.mark.slow
def test_all_households_give_the_contracts_figures_and_a_clean_ledger(
    new_replay_database, shared_data
):
    database = new_replay_database()
    outcome = database.run(shared_data / "completejourney")

    assert (outcome.code, outcome.result["refused"]) == (0, [])
    assert outcome.figures == EXPECTED[None]
    assert database.run(command="audit").code == 0
    assert database.run(shared_data / "completejourney").figures == EXPECTED[None]


@pytest.mark.slow
def test_all_baskets_go_through_the_batch_api_and_a_second_time_change_nothing(
    new_replay_database, shared_data
):
    database = new_replay_database()
    first, rerun, again = (
        database.run(shared_data / "completejourney", "--batch", *more)
        for more in ((), (), ("--again",))
    )

    assert (first.code, first.result["refused"]) == (0, []), first.err
    assert first.figures == rerun.figures
    assert (first.result["batch"]["posted"], first.result["batch"]["repeated"]) == (25_063, 0)
    assert (again.result["batch"]["posted"], again.result["batch"]["repeated"]) == (0, 25_063)
    for outcome in (first, again):
        assert (outcome.figures["receipts"], outcome.figures["points_spent"]) == (25_063, 0)
        assert outcome.figures["points_issued"] == EXPECTED[None]["points_issued"]
    assert database.run(command="audit").code == 0
