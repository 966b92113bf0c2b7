"""The contract's table, from the product itself.

What all households come to is compared where they are settled, too: tests/settlement/test_real_data.py.
"""

import os

import pytest

from tests.replay.test_reference import EXPECTED, RETAIL

# 0: all of them, which takes minutes.
BATCH_HOUSEHOLDS = int(os.environ.get("BATCH_HOUSEHOLDS", "60")) or None


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
def test_baskets_go_through_the_batch_api_and_a_second_time_change_nothing(
    new_replay_database, shared_data
):
    database, expected = new_replay_database(), EXPECTED[BATCH_HOUSEHOLDS]
    fewer = ("--households", BATCH_HOUSEHOLDS) if BATCH_HOUSEHOLDS else ()
    first, rerun, again = (
        database.run(shared_data / "completejourney", "--batch", *fewer, *more)
        for more in ((), (), ("--again",))
    )

    receipts = expected["receipts"]
    assert (first.code, first.result["refused"]) == (0, []), first.err
    assert first.figures == rerun.figures
    assert (first.result["batch"]["posted"], first.result["batch"]["repeated"]) == (receipts, 0)
    assert (again.result["batch"]["posted"], again.result["batch"]["repeated"]) == (0, receipts)
    for outcome in (first, again):
        assert (outcome.figures["receipts"], outcome.figures["points_spent"]) == (receipts, 0)
        assert outcome.figures["points_issued"] == expected["points_issued"]
    assert database.run(command="audit").code == 0
