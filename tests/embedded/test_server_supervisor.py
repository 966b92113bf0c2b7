"""The supervisor: from the first user of the server to the last."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from district import embedded
from district.embedded import Cluster
from district.embedded.locks import is_locked
from district.embedded.processes import send, wait_until
from district.embedded.server_processes import live_processes

ROOT = Path(__file__).resolve().parent.parent.parent
JOIN_AND_WAIT = """
import sys, pathlib, time
from district.embedded import Cluster
Cluster(pathlib.Path(sys.argv[1]), "fast").join()
print("joined", flush=True)
time.sleep(600)
"""


def another_user(folder: Path) -> subprocess.Popen[str]:
    """Another process that uses the server until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", JOIN_AND_WAIT, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "joined\n"
    return process


def rows(cluster: Cluster) -> list[tuple]:
    with psycopg.connect(cluster.url) as connection:
        return connection.execute("select * from kept").fetchall()


def insert_row(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url) as connection:
        connection.execute("create table kept as select 7 as number")


@pytest.fixture
def cluster(tmp_path):
    with embedded.new_cluster(tmp_path, durable=False) as cluster:
        yield cluster


def gone(cluster: Cluster) -> bool:
    return not any(live_processes(cluster.home.data)) and not is_locked(
        cluster.home.folder / "supervisor.lock"
    )


def test_the_server_speaks_to_its_role_only_and_is_no_superusers(cluster):
    with psycopg.connect(cluster.url) as connection:
        assert connection.execute("select current_user, current_database()").fetchone() == (
            "district",
            "district",
        )
        assert connection.execute(
            "select usesuper from pg_user where usename = current_user"
        ).fetchone() == (False,)
        assert connection.execute("show listen_addresses").fetchone() == ("",)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url, password="guessed")


def test_the_server_outlives_every_user_but_the_last(tmp_path, cluster):
    other = another_user(tmp_path / "postgres")
    insert_row(cluster)

    cluster.leave()
    assert not gone(cluster)

    cluster.join()
    assert rows(cluster) == [(7,)]
    other.kill()
    other.communicate()
    cluster.leave()
    assert gone(cluster)


def test_the_server_stops_when_its_last_user_is_killed(tmp_path, cluster):
    other = another_user(tmp_path / "postgres")
    cluster.leave(wait=False)

    other.kill()
    other.communicate()

    assert wait_until(lambda: gone(cluster), patience=10)


def test_what_was_written_is_there_after_everybody_had_left(cluster):
    insert_row(cluster)
    cluster.leave()

    cluster.join()

    assert rows(cluster) == [(7,)]


def test_a_killed_server_comes_back_with_what_was_committed(tmp_path):
    with embedded.new_cluster(tmp_path) as cluster:
        insert_row(cluster)

        dead = cluster.kill9()
        cluster.wait_back(dead)

        assert rows(cluster) == [(7,)]


def test_a_killed_supervisor_takes_the_server_with_it_and_is_replaced(cluster):
    insert_row(cluster)
    assert cluster.state is not None
    supervisor, server = cluster.state.supervisor, cluster.state.postmaster

    send(supervisor, signal.SIGKILL)
    assert wait_until(lambda: gone(cluster), patience=10)
    cluster.ensure_supervisor()

    assert cluster.pid != server
    assert rows(cluster) == [(7,)]


def test_a_pid_file_that_now_names_a_stranger_does_not_stop_the_server(cluster):
    cluster.leave()
    (cluster.home.data / "postmaster.pid").write_text(
        f"{os.getppid()}\n{cluster.home.data}\n1\n5432\n\n\n0 0\n"
    )

    cluster.join()

    assert wait_until(lambda: cluster.state is not None, patience=1)


def test_a_half_made_data_folder_is_made_anew(tmp_path):
    left = tmp_path / "postgres" / "fresh"
    left.mkdir(parents=True)
    (left / "PG_VERSION").write_text("18")

    with embedded.new_cluster(tmp_path, durable=False) as cluster:
        insert_row(cluster)
        assert rows(cluster) == [(7,)]


def test_ten_at_once_start_one_server(tmp_path):
    command = [sys.executable, "-c", JOIN_AND_WAIT, tmp_path / "postgres"]
    users = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(10)
    ]
    with embedded.new_cluster(tmp_path, durable=False) as cluster:
        assert [user.stdout.readline() for user in users if user.stdout] == ["joined\n"] * 10
        for user in users:
            user.kill()
            user.communicate()
        starts = cluster.home.supervisor_log.read_text().count("answers as process")

    assert starts == 1


def test_variables_of_libpq_do_not_lead_the_server_astray(tmp_path, monkeypatch):
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGUSER", "stranger")

    with embedded.new_cluster(tmp_path, durable=False) as cluster:
        insert_row(cluster)
