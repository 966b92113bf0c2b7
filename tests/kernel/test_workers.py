"""The outbox between real processes: worker, beat and the folder that is their broker."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from district.embedded import process_specs
from district.embedded.processes import wait_until
from district.kernel.models import AuditLine, OutboxRow
from district.kernel.outbox import wakeup
from district.kernel.outbox.events import emit, subscribe, unsubscribe
from tests.databases import Database
from tests.servers import CeleryWorker, ServerProcess


@dataclass(frozen=True)
class TeaServed:
    cup: int
    seconds: float = 0.0
    guest: str = "13812341234"


@dataclass(frozen=True)
class ListenerWorkers:
    """A test's database, its workers' environment and the marks they leave."""

    env: dict[str, str]
    folder: Path

    def worker(self, name: str = "worker") -> CeleryWorker:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        process = CeleryWorker(env=self.env, folder=folder)
        process.env |= {"DJANGO_SETTINGS_MODULE": "tests.kernel.listener.settings"}
        return process

    def beat(self) -> ServerProcess:
        return ServerProcess(
            process_specs.beat_command(schedule=self.folder / "schedule"),
            env=self.env,
            log=self.folder / "beat.log",
            ready=lambda _: any(self.folder.glob("schedule*")),
        )

    def marks(self) -> list[int]:
        path = Path(self.env["LISTENER_MARKS"])
        return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def listener_workers(real_db: Database, tmp_path: Path) -> ListenerWorkers:
    return ListenerWorkers({**real_db.env, "LISTENER_MARKS": str(tmp_path / "marks")}, tmp_path)


@pytest.fixture
def start(listener_workers: ListenerWorkers) -> Iterator[Callable[[ServerProcess], ServerProcess]]:
    """Starts a process that ends with the test."""
    started: list[ServerProcess] = []

    def go(process: ServerProcess) -> ServerProcess:
        process.start()
        started.append(process)
        return process

    yield go
    for process in started:
        process.stop()


@pytest.fixture
def waking(monkeypatch) -> Iterator[None]:
    """This process wakes workers as a web server does whose apps listen."""
    monkeypatch.setattr(wakeup, "_paused_until", 0.0)
    subscribe(TeaServed, print, name="elsewhere")
    yield
    unsubscribe(TeaServed, "elsewhere")


def washed() -> list[int]:
    return sorted(
        int(subject.removeprefix("cup:"))
        for subject in AuditLine.objects.values_list("subject", flat=True)
    )


def all_delivered() -> bool:
    return not OutboxRow.objects.filter(delivered_at=None).exists()


def test_a_commit_wakes_a_worker(listener_workers, start, waking):
    start(listener_workers.worker())
    began = time.monotonic()

    emit(TeaServed(cup=1))

    assert wait_until(all_delivered, patience=10)
    assert time.monotonic() - began < 2.5  # no beat runs: it was the wake-up
    assert washed() == [1]


def test_a_worker_killed_in_the_middle_of_a_delivery_loses_nothing(listener_workers, start, waking):
    worker = start(listener_workers.worker())
    for cup in range(1, 21):
        emit(TeaServed(cup=cup, seconds=30.0 if cup == 10 else 0.0))
    assert wait_until(lambda: 10 in listener_workers.marks(), patience=15)

    worker.kill9()

    # Its transaction went with it: the mark outside was left, the one in the database was not.
    assert 10 not in washed()
    OutboxRow.objects.filter(payload__cup=10).update(payload={"cup": 10, "seconds": 0})
    worker.start()
    start(listener_workers.beat())

    assert wait_until(all_delivered, patience=20)
    assert washed() == list(range(1, 21))
    assert listener_workers.marks().count(10) == 2


def test_two_worker_processes_share_the_rows(listener_workers, start, waking):
    start(listener_workers.worker("one"))
    start(listener_workers.worker("two"))
    wakeup._paused_until = 0.0
    for cup in range(40):
        emit(TeaServed(cup=cup, seconds=0.05))
    for _ in range(3):
        wakeup._paused_until = 0.0
        wakeup.wake_worker()

    assert wait_until(all_delivered, patience=20)
    assert washed() == list(range(40))
    assert sorted(listener_workers.marks()) == list(range(40))


def test_a_lost_wake_up_is_repaired_by_the_sweep(listener_workers, start):
    start(listener_workers.worker())
    start(listener_workers.beat())

    emit(TeaServed(cup=1))  # nobody listens in this process, so no wake-up is sent

    assert wait_until(all_delivered, patience=12)
    assert washed() == [1]


@pytest.mark.slow
def test_beat_alone_does_not_fill_the_queue(listener_workers, start):
    start(listener_workers.beat())
    full = wait_until(
        lambda: wakeup.queue_length(wakeup.QUEUE) == wakeup.MAX_QUEUED, patience=30, pause=0.2
    )
    assert full

    time.sleep(7)  # two more sweeps would have come

    assert wakeup.queue_length(wakeup.QUEUE) == wakeup.MAX_QUEUED


def test_a_worker_says_what_it_did_in_json_and_quotes_nobody(listener_workers, start, waking):
    worker = start(listener_workers.worker())
    for cup in (-1, 2):
        emit(TeaServed(cup=cup))
    assert wait_until(lambda: washed() == [2], patience=10)
    assert wait_until(lambda: "task done" in worker.log_text(), patience=10)

    log_text = worker.log_text()
    lines = [json.loads(line) for line in log_text.split("\n") if line]
    assert "13812341234" not in log_text
    failed = next(line for line in lines if line["message"] == "handler failed")
    assert failed["handler"] == "tests.kernel.listener.wash_up"
    assert "ValueError" in failed["exception"]
    assert {line["task"] for line in lines if line["message"] == "task done"} == {
        "kernel.deliver_events"
    }
