"""The processes of a PostgreSQL server, found by the folder they work in."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil

from district.embedded.processes import wait_until


def live_processes(folder: Path) -> Iterator[psutil.Process]:
    """The processes that work inside the folder, as every process of a PostgreSQL server does in its data."""
    wanted = str(folder.resolve())
    for pid in psutil.pids():
        # It may have gone, a zombie has no folder any more, and somebody else's process does not show its own.
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if process.name() == "postgres" and process.cwd() == wanted:
                yield process


def stop_processes_in(folder: Path) -> None:
    """Nobody works in the folder any more: asked to leave, then made to."""
    for sign, patience in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 10.0)):
        for process in live_processes(folder):
            # Refused where it has gone and another process has its number.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(sign)
        if wait_until(lambda: not any(live_processes(folder)), patience):
            return
