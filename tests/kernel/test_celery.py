"""The folder that is the embedded broker, and the timetable."""

import os
import threading
import time
from pathlib import Path
from queue import Empty

import pytest
from celery._state import get_current_app
from celery.beat import ScheduleEntry
from celery.schedules import schedule
from kombu import Connection

from district import celery as district_celery
from district.celery import app
from district.kernel.outbox import wakeup
from district.kernel.outbox.beat_scheduler import MAX_QUEUED, BeatScheduler
from district.kernel.outbox.file_broker import prepare_folders
from district.kernel.plugin import beat_schedule


@pytest.fixture
def options(tmp_path) -> dict[str, str]:
    folder = str(tmp_path / "messages")
    made = {"data_folder_in": folder, "data_folder_out": folder}
    prepare_folders(made)
    return made


@pytest.fixture
def connect(options):
    """Opens a connection to the folder; each has its own channel."""
    opened: list[Connection] = []

    def connection() -> Connection:
        opened.append(Connection("filesystem://", transport_options=options))
        return opened[-1]

    yield connection
    for opened_connection in opened:
        opened_connection.release()


def test_the_folder_transport_is_ours():
    assert (
        Connection("filesystem://").get_transport_cls().__module__
        == "district.kernel.outbox.file_broker"
    )


def test_messages_come_out_in_the_order_they_went_in_and_by_queue(connect):
    tea, milk = connect().SimpleQueue("tea"), connect().SimpleQueue("milk")
    for cup in range(5):
        tea.put({"cup": cup})
        milk.put({"cup": -cup})

    assert [tea.get(timeout=1).payload["cup"] for _ in range(5)] == [0, 1, 2, 3, 4]
    assert milk.qsize() == 5
    assert milk.get(timeout=1).payload == {"cup": 0}


def test_only_a_queue_of_exactly_that_name_is_read(connect):
    connect().SimpleQueue("wakeups").put("a")

    assert connect().SimpleQueue("ells").qsize() == 0
    with pytest.raises(connect().SimpleQueue("ells").Empty):
        connect().SimpleQueue("ells").get(block=False)


def test_readers_beside_writers_see_every_message_whole_and_once(connect):
    """kombu's own transport loses one in a hundred here, and its reader breaks on each."""
    count, writers, readers = 400, 3, 3
    seen: list[tuple[int, int]] = []
    broken: list[Exception] = []
    done = threading.Event()

    def write(number: int) -> None:
        queue = connect().SimpleQueue("tea")
        for cup in range(count):
            queue.put({"by": number, "cup": cup, "filling": "x" * 500})

    def read() -> None:
        channel = connect().channel()
        while True:
            finishing = done.is_set()
            try:
                payload = channel._get("tea")
            except Empty:
                if finishing:
                    return
                time.sleep(0.001)
            except Exception as error:  # noqa: BLE001 - the test is about what comes
                broken.append(error)
                return
            else:
                seen.append(payload["body"])

    writing = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    reading = [threading.Thread(target=read) for _ in range(readers)]
    for thread in writing + reading:
        thread.start()
    for thread in writing:
        thread.join()
    done.set()
    for thread in reading:
        thread.join()

    assert broken == []
    assert len(seen) == len(set(seen)) == count * writers


def test_what_killed_processes_left_is_cleared_after_an_hour(options):
    folder = Path(options["data_folder_in"])
    for name in (
        "old.wakeups.msg.draft",
        "old.wakeups.msg.taken",
        "old.wakeups.msg",
        "young.wakeups.msg.draft",
    ):
        (folder / name).write_text("{")
    for name in ("old.wakeups.msg.draft", "old.wakeups.msg.taken", "old.wakeups.msg"):
        os.utime(folder / name, (time.time() - 3601,) * 2)

    prepare_folders(options)

    assert sorted(path.name for path in folder.iterdir()) == [
        "old.wakeups.msg",
        "young.wakeups.msg.draft",
    ]


def test_the_folder_is_closed_to_others(options):
    assert os.stat(options["data_folder_in"]).st_mode & 0o777 == 0o700


def test_a_folder_that_was_emptied_under_a_running_process_is_written_to_again(connect, options):
    queue = connect().SimpleQueue("tea")
    queue.put("first")
    for path in Path(options["data_folder_in"]).iterdir():
        path.unlink()

    queue.put("second")

    assert queue.get(timeout=1).payload == "second"


def test_every_thread_finds_our_app():
    """A web server's threads start without a current app; an unconfigured one would send to no broker."""
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(get_current_app()))
    thread.start()
    thread.join()

    assert found == [app]


def test_every_timed_task_exists_and_goes_to_a_queue_that_workers_read():
    app.finalize()
    app.loader.import_default_modules()

    for entry in beat_schedule().values():
        assert entry["task"] in app.tasks
    assert set(app.amqp.queues) == {"celery", wakeup.QUEUE}
    assert app.conf.task_routes[wakeup.TASK] == {"queue": wakeup.QUEUE}
    assert {queue.exchange.name for queue in app.amqp.queues.values()} == {"celery", wakeup.QUEUE}


def test_beat_runs_our_timetable():
    assert app.conf.beat_scheduler == "district.kernel.outbox.beat_scheduler:BeatScheduler"
    assert district_celery.app is app


@pytest.fixture
def timetable(real_db, tmp_path):
    made = BeatScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    made.setup_schedule()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("task", "queue", "most"),
    [
        (wakeup.TASK, wakeup.QUEUE, wakeup.MAX_QUEUED),
        ("loyalty.sweep_accounts", "celery", MAX_QUEUED),
    ],
)
def test_beat_adds_nothing_to_a_queue_nobody_empties(timetable, task, queue, most):
    entry = ScheduleEntry(name="sweep", task=task, schedule=schedule(1.0), app=app)

    for _ in range(most + 5):
        timetable.apply_async(entry, advance=False)

    assert wakeup.queue_length(queue) == most
    other = {wakeup.QUEUE: "celery", "celery": wakeup.QUEUE}[queue]
    assert wakeup.queue_length(other) == 0


def test_a_queue_nobody_has_used_yet_is_empty(real_db):
    assert wakeup.queue_length("never") == 0
