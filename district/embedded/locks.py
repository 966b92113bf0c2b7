"""File locks that the kernel frees when their holder dies."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class FileLock:
    """An flock on a file that stays; whoever dies, by whatever signal, lets go of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def shared(self) -> Self:
        fcntl.flock(self._handle, fcntl.LOCK_SH)
        return self

    def exclusive(self) -> Self:
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        return self

    def try_exclusive(self) -> bool:
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        return self._try(fcntl.LOCK_SH)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def is_locked_exclusively(path: Path) -> bool:
    """Whether some process holds the lock exclusively now.

    Asks with a shared lock, which any number of askers may have at once: one who only looks is never
    taken for a holder by another one who looks.
    """
    if not path.exists():
        return False
    with FileLock(path) as lock:
        return not lock.try_shared()


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock now, shared or exclusively.

    Only the exclusive lock can find that out. Askers take turns by a lock of their own, so that none of
    them is taken for a holder by the next.
    """
    if not path.exists():
        return False
    with _turn_to_ask(path), FileLock(path) as lock:
        return not lock.try_exclusive()


def try_exclusive_in_turn(lock: FileLock) -> bool:
    """As `lock.try_exclusive()`, for a lock that others ask about by `is_locked` or `is_shared_by_others`."""
    with _turn_to_ask(lock.path):
        return lock.try_exclusive()


def is_shared_by_others(path: Path) -> bool:
    """Whether some process holds the lock shared now.

    The shared lock comes first: in our turn nobody can take the exclusive one any more, so that a holder
    of it who lets go between the two looks is not taken for one who shares.
    """
    with _turn_to_ask(path), FileLock(path) as lock:
        return lock.try_shared() and not lock.try_exclusive()


def _turn_to_ask(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".asking")).exclusive()
