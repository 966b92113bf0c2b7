"""Processes that must not outlive each other."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable

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
    """Whether a signal would find it, which is how PostgreSQL asks: zombies and threads count."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
