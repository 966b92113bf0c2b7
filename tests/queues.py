"""The Celery queue of one test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from district import celery
from district.kernel.outbox import wakeup
from district.kernel.outbox.file_broker import prepare_folders

FOLDERS = {
    "data_folder_in": "messages",
    "data_folder_out": "messages",
    "control_folder": "control",
    "processed_folder": "processed",
}
app: Any = celery.app


@contextmanager
def isolated_queue(data_dir: Path) -> Iterator[dict[str, str]]:
    """What this process publishes goes where this test's worker listens, and nothing waits there.

    Gives the variables by which the worker finds it.
    """
    end_late_wakeup()
    before = app.conf.broker_url, dict(app.conf.broker_transport_options)
    if app.conf.broker_url.startswith("filesystem://"):
        here = {option: str(data_dir / "queue" / name) for option, name in FOLDERS.items()}
        prepare_folders(here)
        _use(app.conf.broker_url, {**before[1], **here})
    else:
        _use(_own_redis(app.conf.broker_url), before[1])
        with app.connection() as connection:
            for queue in app.conf.task_queues:
                connection.default_channel.queue_purge(queue.name)
    try:
        yield {"DISTRICT_BROKER_URL": app.conf.broker_url}
    finally:
        end_late_wakeup()
        _use(*before)


def end_late_wakeup() -> None:
    """No message that one test has caused comes into the queue of the next one."""
    timer = wakeup._timer
    if timer is not None:
        timer.cancel()
        timer.join()


def _own_redis(url: str) -> str:
    """Each of xdist's processes has a numbered database of its own, or their workers would take each other's wakeups."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return urlsplit(url)._replace(path=f"/{number}").geturl()


def _use(url: str, options: dict[str, object]) -> None:
    app.conf.broker_url = url
    app.conf.broker_transport_options = options
    # Connections to the former place are pooled; Celery's way to forget them is what it does in a fork.
    app._after_fork()
