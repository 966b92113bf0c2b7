"""Many processes join and leave one server while the machine has other things to do."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from district.embedded import Cluster
from district.embedded.errors import EmbeddedError
from district.embedded.locks import is_locked_exclusively
from district.embedded.processes import wait_until
from district.embedded.server_processes import live_processes

ROOT = Path(__file__).resolve().parent.parent.parent
JOIN_AND_LEAVE = """
import pathlib, random, sys, time
import psycopg
from district.embedded import Cluster

folder, rounds, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
chance = random.Random(seed)
for _ in range(rounds):
    cluster = Cluster(folder, "fast").join()
    psycopg.connect(cluster.url).close()
    cluster.leave(wait=chance.random() < 0.7)
    time.sleep(chance.choice((0, 0, 0.05, 1.1)))
print("done", flush=True)
"""
LOOK_ON = """
import pathlib, sys
from district.embedded import Cluster

cluster = Cluster(pathlib.Path(sys.argv[1]), "fast")
while True:
    cluster._has_no_supervisor()
"""


@contextmanager
def machine_at_load(folder: Path) -> Iterator[None]:
    """Two processes look without a pause whether a supervisor is there."""
    command = [sys.executable, "-c", LOOK_ON, str(folder)]
    busy = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def join_and_leave(folder: Path, *, processes: int, rounds: int) -> list[str]:
    """What the processes that failed had to say."""
    users = [
        subprocess.Popen(
            [sys.executable, "-c", JOIN_AND_LEAVE, str(folder), str(rounds), str(seed)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in range(processes)
    ]
    ends = [user.communicate(timeout=600) for user in users]
    return [errors for words, errors in ends if words != "done\n"]


def gone(cluster: Cluster) -> bool:
    return not any(live_processes(cluster.home.data)) and not is_locked_exclusively(
        cluster.home.folder / "supervisor.lock"
    )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A server that nobody uses yet."""
    cluster = Cluster(tmp_path / "postgres", "fast")
    cluster.home.prepare()
    yield cluster
    cluster.leave()
    assert wait_until(lambda: gone(cluster), 30)
    cluster.home.remove()


@pytest.mark.parametrize(
    ("processes", "rounds"), [(5, 3), pytest.param(12, 12, marks=pytest.mark.slow)]
)
def test_nobody_who_joins_is_left_without_a_server(cluster, processes, rounds):
    with machine_at_load(cluster.home.folder):
        assert join_and_leave(cluster.home.folder, processes=processes, rounds=rounds) == []

    assert wait_until(lambda: gone(cluster), 30)


def test_whoever_waits_for_a_supervisor_that_goes_starts_another(cluster):
    earlier = cluster.home.lock("supervisor").exclusive()
    threading.Timer(1, earlier.close).start()

    cluster.join()

    with psycopg.connect(cluster.url) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_whoever_looks_does_not_keep_a_server_from_starting(cluster):
    """A look takes an instant; here it takes as long as the start."""
    looking = cluster.home.lock("supervisor").shared()
    threading.Timer(1, looking.close).start()

    cluster.join()

    assert cluster.pid


def test_the_last_of_those_who_leave_at_once_sees_the_server_stopped(cluster):
    others = [Cluster(cluster.home.folder, "fast").join() for _ in range(3)]
    leaving = [threading.Thread(target=other.leave) for other in others]

    for thread in leaving:
        thread.start()
    for thread in leaving:
        thread.join()

    assert gone(cluster)


def test_a_supervisor_that_cannot_start_the_server_is_one_sentence_for_everybody(
    cluster, monkeypatch
):
    cluster.home.data.mkdir()
    (cluster.home.data / "PG_VERSION").write_text("12")

    began = time.monotonic()
    with pytest.raises(EmbeddedError, match="the data were made by PostgreSQL 12"):
        cluster.join()

    assert time.monotonic() - began < 30
    os.unlink(cluster.home.data / "PG_VERSION")
