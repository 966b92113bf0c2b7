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
    durable_cluster, durable_databases, new_stage, tmp_path
):
    folder = write_coupons(tmp_path / "long", 60)
    expected = coupons(folder)
    stage = new_stage(durable_databases)
    run = stage.start(folder, command=COMMAND)

    for part, victim in ((1, "web"), (2, "postgres"), (3, "all")):
        assert wait_until(lambda part=part: redeemed(stage) >= expected["redeemed"] * part / 4, 120)
        if victim == "web":
            main, *_ = stage.processes("district.embedded.web")
            os.kill(main, signal.SIGKILL)
        else:
            dead = durable_cluster.kill9()
    run.kill()
    stage.finish(run)
    durable_cluster.wait_back(dead)
    assert redeemed(stage) < expected["redeemed"]
    completed = stage.run(folder, command=COMMAND)

    assert (completed.code, completed.result) == (0, expected), completed.err
    assert stage.run(command="audit_coupons").code == 0
