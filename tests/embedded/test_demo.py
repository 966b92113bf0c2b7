"""`manage.py demo` as a person runs it, and as a power cut ends it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from district.embedded.cluster import Cluster
from district.embedded.processes import send, wait_until
from tests.embedded.conftest import command_line, processes_at

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.kill


class DemoProcess:
    """A demo in a data folder of its own, as a child of the test."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.log = data_dir.parent / "demo.log"
        chosen = ("DATABASE_URL", "DISTRICT_MODE", "DISTRICT_DATA_DIR", "DISTRICT_WECHAT_BASE")
        self.env = {name: value for name, value in os.environ.items() if name not in chosen}
        self.env["DISTRICT_DATA_DIR"] = str(data_dir)
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *words]

    def start(self, *words: str) -> None:
        """It runs and answers."""
        self.log.write_text("")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command("demo", "--empty", *words),
                env=self.env,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        assert wait_until(lambda: "beat " in self.log_text(), 120), self.log_text()

    def log_text(self) -> str:
        return self.log.read_text()

    @property
    def base(self) -> str:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/ answers", self.log_text())
        assert found, self.log_text()
        return found.group(1)

    def ready(self) -> dict:
        with urllib.request.urlopen(f"{self.base}/readyz", timeout=10) as answer:
            found: dict = json.load(answer)
            return found

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            cwd=ROOT,
        )

    def end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(60)

    def named(self, words: str) -> list[int]:
        """The processes of this demo whose command line contains the words."""
        return [pid for pid in processes_at(self.data_dir) if words in command_line(pid)]

    def sql(self, text: str) -> list[tuple]:
        with psycopg.connect(Cluster(self.data_dir / "postgres", "durable").url) as connection:
            result = connection.execute(text)
            return result.fetchall() if result.description else []


@pytest.fixture
def demo(data_dir: Path) -> Iterator[DemoProcess]:
    demo = DemoProcess(data_dir)
    yield demo
    if demo.process is not None and demo.process.poll() is None:
        demo.process.kill()
        demo.process.wait()


def test_a_killed_demo_leaves_nothing_behind_and_goes_on_where_it_was(demo, data_dir):
    demo.start()
    assert demo.ready()
    assert wait_until(lambda: len(demo.named("district.embedded.web")) == 3, 30)
    assert wait_until(lambda: len(demo.named(" worker --pool")) == 1, 30)
    demo.sql("create table kept as select 7 as number")

    demo.end(signal.SIGKILL)
    # PostgreSQL writes what it has before it goes.
    assert wait_until(lambda: processes_at(data_dir) == [], 30), demo.named("")

    began = time.monotonic()
    demo.start()
    assert time.monotonic() - began < 30
    assert demo.sql("select * from kept") == [(7,)]
    assert demo.end(signal.SIGTERM) == 0
    assert processes_at(data_dir) == []
    assert demo.log_text().endswith("stopped; the data stay for next time\n")


def test_every_step_of_a_first_start_is_told_and_its_time_counts_from_the_command(demo):
    began = time.monotonic()
    demo.start()
    waited = time.monotonic() - began

    match = re.search(r"The district answers (\d+) s after the command", demo.log_text())
    assert match, demo.log_text()
    # The worker and beat start behind the answer; before it nothing is left out.
    assert waited - 10 <= int(match.group(1)) <= waited + 1
    for step in ("making the database", "setup     tables: 0 of ", "setup     static files"):
        assert step in demo.log_text()


def test_whatever_is_killed_comes_back(demo):
    demo.start()

    [worker] = demo.named(" worker --pool")
    send(worker, signal.SIGKILL)
    web_worker = demo.named("district.embedded.web")[-1]
    send(web_worker, signal.SIGKILL)
    assert wait_until(lambda: demo.named(" worker --pool") not in ([], [worker]), 30)
    assert wait_until(lambda: len(demo.named("district.embedded.web")) == 3, 30)

    web = min(demo.named("district.embedded.web"))
    send(web, signal.SIGKILL)
    assert wait_until(lambda: "killed by SIGKILL" in demo.log_text(), 30)
    assert wait_until(lambda: demo.log_text().count("/ answers") == 2, 60), demo.log_text()

    [supervisor] = demo.named("district.embedded.server_supervisor")
    send(supervisor, signal.SIGKILL)
    assert wait_until(lambda: "postgres  had died; answers again" in demo.log_text(), 60), (
        demo.log_text()
    )
    assert demo.ready()
    assert demo.end(signal.SIGINT) == 0


def test_other_commands_work_beside_a_demo_and_a_second_demo_is_told_where_the_first_is(demo):
    demo.start()

    finished = demo.run(
        "shell",
        "-v0",
        "-c",
        "from django.db import connection as c; c.cursor().execute('select 1'); print('fine')",
    )
    second = demo.run("demo")

    assert finished.stdout == "fine\n"
    assert second.returncode == 1
    assert second.stderr == (
        f"district: a demo already runs at {demo.base}/ (process {demo.process.pid}); "
        "stop it first (Ctrl-C where it runs).\n"
    )
    assert demo.ready()


def test_a_reset_empties_the_database_and_keeps_the_secrets(demo, data_dir):
    demo.start()
    demo.sql("create table kept as select 7 as number")
    secrets = (data_dir / "secrets.json").read_text()
    (data_dir / "demo_logins.json").write_text("[]")
    demo.end(signal.SIGTERM)

    demo.start("--reset")

    with pytest.raises(psycopg.errors.UndefinedTable):
        demo.sql("select * from kept")
    assert (data_dir / "secrets.json").read_text() == secrets
    assert not (data_dir / "demo_logins.json").exists()


def test_a_port_that_was_asked_for_and_is_taken_is_one_sentence(demo):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        refused = demo.run("demo", "--empty", "--port", str(port))

    assert refused.returncode == 1
    assert refused.stdout == ""
    # A first start has said before that it makes the database.
    assert refused.stderr.splitlines()[-1] == (
        f"district: port {port} is in use; name another one or leave --port out."
    )


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999999", "x", "８０００"])
def test_what_is_no_port_is_one_sentence(demo, port):
    refused = demo.run("demo", "--empty", f"--port={port}")

    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1] == (
        f"manage.py demo: error: argument --port: a port is a number from 1 to 65535, not {port}"
    )


def test_a_reset_never_touches_a_database_of_somebody_else(demo):
    demo.env["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/precious"

    refused = demo.run("demo", "--reset")

    assert refused.returncode == 1
    assert refused.stderr == (
        "district: --reset empties the embedded database only; unset DATABASE_URL, or empty yours yourself.\n"
    )
