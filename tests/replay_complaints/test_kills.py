"""Servers die under a replay of complaints; it waits and goes on, and no act is done twice."""

import os
import signal

import pytest

from district.embedded.processes import wait_until
from tests.replay_complaints.conftest import COMMAND, acts, fixed, write_complaints
from tests.replay_complaints.reference import complaints

pytestmark = [pytest.mark.kill, pytest.mark.slow]


def test_the_web_server_and_postgres_die_and_the_replay_completes(
    durable_cluster, durable_databases, new_replay_database, tmp_path
):
    folder = write_complaints(tmp_path / "long", turns=5)
    expected = complaints(folder / "complaints.csv")
    replay_setup = new_replay_database(durable_databases)
    run = replay_setup.start(folder, command=COMMAND)

    for least, victim in ((60, "web"), (250, "postgres"), (450, "all")):
        assert wait_until(lambda least=least: acts(replay_setup) >= least, 240)
        if victim == "web":
            main, *_ = replay_setup.processes("district.embedded.web")
            os.kill(main, signal.SIGKILL)
        else:
            dead = durable_cluster.kill9()
    run.kill()
    replay_setup.finish(run)
    durable_cluster.wait_back(dead)
    before = acts(replay_setup)
    completed = replay_setup.run(folder, command=COMMAND)

    assert (completed.code, fixed(completed)) == (0, expected), completed.err
    assert acts(replay_setup) > before
    assert replay_setup.run(command="audit").code == 0
    assert replay_setup.run(command="verify_cases").code == 0
