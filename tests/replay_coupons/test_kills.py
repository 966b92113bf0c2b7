"""Servers die under a replay of coupons; it waits and goes on, and no coupon is used twice."""

import os
import signal

import pytest

from district.embedded.processes import wait_until
from tests.replay_coupons.conftest import COMMAND, redeemed
from tests.replay_coupons.reference import coupons
from tests.replay_coupons.synthetic import write_coupons

pytestmark = [pytest.mark.kill, pytest.mark.slow]


def test_the_web_server_and_postgres_die_and_the_replay_completes(
    durable_cluster, durable_databases, new_replay_database, tmp_path
):
    folder = write_coupons(tmp_path / "long", 60)
    expected = coupons(folder)
    replay_setup = new_replay_database(durable_databases)
    run = replay_setup.start(folder, command=COMMAND)

    for part, victim in ((1, "web"), (2, "postgres"), (3, "all")):
        assert wait_until(
            lambda part=part: redeemed(replay_setup) >= expected["redeemed"] * part / 4, 120
        )
        if victim == "web":
            main, *_ = replay_setup.processes("district.embedded.web")
            os.kill(main, signal.SIGKILL)
        else:
            dead = durable_cluster.kill9()
    run.kill()
    replay_setup.finish(run)
    durable_cluster.wait_back(dead)
    assert redeemed(replay_setup) < expected["redeemed"]
    completed = replay_setup.run(folder, command=COMMAND)

    assert (completed.code, completed.result) == (0, expected), completed.err
    assert replay_setup.run(command="audit").code == 0
