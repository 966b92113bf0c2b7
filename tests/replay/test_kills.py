"""Servers die under a replay; it waits and goes on, and nothing is lost or posted twice."""

import os
import signal

import pytest

from district.embedded.processes import wait_until
from tests.replay import reference
from tests.replay.conftest import EmbeddedReplayEnvironment, write_synthetic
from tests.replay.reference_retail import online_retail
from tests.replay.retail import write_retail

pytestmark = pytest.mark.kill


@pytest.fixture
def long_data(tmp_path):
    return write_synthetic(tmp_path / "long", 100)


@pytest.fixture
def alone(tmp_path):
    place = EmbeddedReplayEnvironment(tmp_path / "data")
    yield place
    place.end()


def test_workers_the_web_server_and_postgres_die_and_the_replay_completes(
    durable_cluster, durable_databases, new_replay_database, long_data
):
    expected = reference.completejourney(long_data)
    database = new_replay_database(durable_databases)
    run = database.start(long_data)

    _after(database, expected["receipts"] * 1 / 5)
    *_, worker = database.processes("district.embedded.web")
    os.kill(worker, signal.SIGKILL)
    _after(database, expected["receipts"] * 2 / 5)
    durable_cluster.kill9()
    _after(database, expected["receipts"] * 3 / 5)
    main, *_ = database.processes("district.embedded.web")
    os.kill(main, signal.SIGKILL)
    _after(database, expected["receipts"] * 4 / 5)
    durable_cluster.kill9()
    outcome = database.finish(run)

    assert (outcome.code, outcome.result["refused"]) == (0, []), outcome.err
    assert outcome.figures == expected
    assert database.run(command="audit").code == 0
    assert database.run(long_data, "--again").figures == expected


def test_postgres_and_the_player_die_together_and_the_next_run_completes(
    durable_cluster, durable_databases, new_replay_database, long_data
):
    expected = reference.completejourney(long_data)
    database = new_replay_database(durable_databases)
    run = database.start(long_data)
    _after(database, expected["receipts"] / 2)

    dead = durable_cluster.kill9()
    run.kill()
    database.finish(run)
    durable_cluster.wait_back(dead)
    outcome = database.run(long_data)

    assert (outcome.code, outcome.figures) == (0, expected), outcome.err
    assert database.run(command="audit").code == 0


def test_the_same_with_refunds_debts_and_repayments(
    durable_cluster, durable_databases, new_replay_database, tmp_path
):
    """A refund leaves up to three lines or none, an earning one for itself and one for each debt."""
    folder = write_retail(tmp_path / "long", 80)
    expected = online_retail(folder)
    database = new_replay_database(durable_databases)
    run = database.start(folder)

    _after(database, expected["receipts"] * 1 / 5)
    main, *_ = database.processes("district.embedded.web")
    os.kill(main, signal.SIGKILL)
    _after(database, expected["receipts"] * 2 / 5)
    durable_cluster.kill9()
    _after(database, expected["receipts"] * 3 / 5)
    dead = durable_cluster.kill9()
    run.kill()
    database.finish(run)
    durable_cluster.wait_back(dead)
    assert database.posted() < expected["receipts"]
    outcome = database.run(folder)

    assert (outcome.code, outcome.result["refused"]) == (0, []), outcome.err
    assert outcome.figures == expected
    assert database.run(command="audit").code == 0
    assert database.run(folder, "--again").figures == expected


def test_alone_on_the_machine_it_starts_its_own_servers_and_outlives_their_supervisor(
    long_data, alone
):
    """Without DATABASE_URL: the embedded server in a data folder of the test's own."""
    expected = reference.completejourney(long_data)
    run = alone.start(long_data)
    _after(alone, expected["receipts"] / 3)

    os.kill(alone.cluster.state.supervisor, signal.SIGKILL)
    outcome = alone.finish(run)

    assert (outcome.code, outcome.figures) == (0, expected), outcome.err
    assert alone.run(long_data).figures == expected


def _after(database, receipts):
    assert wait_until(lambda: database.posted() >= receipts, 120)
