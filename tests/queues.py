"""The Celery queue of one test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from district import celery
from district.kernel.folder_queue import prepare_folders

FOLDERS = {
    "data_folder_in": "messages",
    "data_folder_out": "messages",
    "control_folder": "control",
    "processed_folder": "processed",
}
app: Any = celery.app


@contextmanager
def queue_in(data_dir: Path) -> Iterator[None]:
    """What this process publishes goes where this test's worker listens, and nothing waits there."""
    before = dict(app.conf.broker_transport_options)
    if app.conf.broker_url.startswith("filesystem://"):
        here = {option: str(data_dir / "queue" / name) for option, name in FOLDERS.items()}
        prepare_folders(here)
        _use({**before, **here})
    else:
        with app.connection() as connection:
            for queue in app.conf.task_queues:
                connection.default_channel.queue_purge(queue.name)
    try:
        yield
    finally:
        _use(before)


def _use(options: dict[str, object]) -> None:
    app.conf.broker_transport_options = options
    # Connections to the former place are pooled; Celery's way to forget them is what it does in a fork.
    app._after_fork()
