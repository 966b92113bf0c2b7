"""Processes that must not outlive each other."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def kill_with_parent(parent: int, by: int = signal.SIGKILL) -> Callable[[], None]:
    """For Popen's preexec_fn: the kernel sends the child `by` when its parent dies, however it dies.

    Linux follows the *thread* that started the child, so only a main thread may do it. Elsewhere nothing happens
    and a killed parent's children are cleared away by the next start.
    """

    def follow() -> None:
        if _libc is None:
            return
        _libc.prctl(PR_SET_PDEATHSIG, int(by), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return follow


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def live_processes(folder: Path) -> Iterator[int]:
    """The processes that work inside the folder, as every process of a PostgreSQL server does in its data."""
    if _libc is None:
        with contextlib.suppress(OSError, ValueError):
            pid = int((folder / "postmaster.pid").read_text().split("\n", 1)[0])
            if alive(pid):
                yield pid
        return
    wanted = str(folder.resolve())
    for name in os.listdir("/proc"):
        if name.isdigit():
            # A zombie has no folder any more, and somebody else's process does not show its own.
            with contextlib.suppress(OSError):
                place = Path("/proc", name)
                if (
                    os.readlink(place / "cwd") == wanted
                    and (place / "comm").read_text() == "postgres\n"
                ):
                    yield int(name)


def stop_processes_in(folder: Path) -> None:
    """Nobody works in the folder any more: asked to leave, then made to."""
    for sign, patience in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 10.0)):
        for pid in live_processes(folder):
            send(pid, sign)
        if wait_until(lambda: not any(live_processes(folder)), patience):
            return


def send(pid: int, sign: int) -> None:
    """Signal a process that may just have gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def wait_until(true: Callable[[], bool], patience: float, pause: float = 0.02) -> bool:
    """Whether it became true within `patience` seconds."""
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
