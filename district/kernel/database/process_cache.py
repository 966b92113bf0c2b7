"""What a process remembers of rows that hardly ever change, so that a request does not read them again."""

import math
import os
from functools import partial
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

from cachetools import TTLCache
from django.db import connections

Key = TypeVar("Key")
Value = TypeVar("Value")


class ProcessCache(Generic[Key, Value]):
    """At most `max_entries`, the least recently used goes first; none older than `max_age_seconds`.

    Each database has its own entries. Threads may share a cache; a forked process begins with an empty one.
    What it holds may be older than the table: whoever must not be wrong reads the table.
    """

    def __init__(self, *, max_entries: int, max_age_seconds: float = math.inf) -> None:
        self._new_entries = partial(
            TTLCache[tuple[str, Key], Value],
            max_entries,
            max_age_seconds,
            timer=lambda: monotonic(),  # noqa: PLW0108 - by its name, so that a test can move it
        )
        self._reset()
        # Another thread may be amid a change when the process forks.
        os.register_at_fork(after_in_child=self._reset)

    def get(self, key: Key) -> Value | None:
        database_key = _database_key(key)
        with self._lock:
            return self._entries.get(database_key)

    def store(self, key: Key, value: Value) -> None:
        database_key = _database_key(key)
        with self._lock:
            self._entries[database_key] = value

    def forget(self, key: Key, *, using: str = "default") -> None:
        database_key = _database_key(key, using)
        with self._lock:
            self._entries.pop(database_key, None)

    def _reset(self) -> None:
        self._lock, self._entries = Lock(), self._new_entries()


def _database_key(key: Key, using: str = "default") -> tuple[str, Key]:
    return str(connections[using].settings_dict["NAME"]), key
