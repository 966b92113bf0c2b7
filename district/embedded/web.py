"""python -m district.embedded.web: granian before the district, whose workers die with it."""

import argparse
import importlib
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from district.embedded.processes import kill_with_parent

APPLICATION = "district.wsgi:application"


def load(target: str) -> Callable[..., Any]:
    """The application, in a worker that ends with its main process; granian's own would go on for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        kill_with_parent(parent.pid)()
    module, name = target.split(":")
    application: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return application


def main() -> None:
    """Serve until told to stop."""
    options = _arguments()
    Granian(
        APPLICATION,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        websockets=False,
        workers=options.workers,
        blocking_threads=options.threads,
        # A thread that ends closes its database connection; a new one costs more than an idle thread.
        blocking_threads_idle_timeout=600,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=5,
        static_path_route=["/static"],
        static_path_mount=[options.static] if options.static.is_dir() else None,
    ).serve(target_loader=load)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m district.embedded.web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--static", type=Path, default=Path("static"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
