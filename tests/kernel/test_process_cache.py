"""What a process remembers of rows: bounded, not for ever, apart for each database, empty after a fork."""

import os

import pytest
from django.db import connection

from district.kernel.database import process_cache
from district.kernel.database.process_cache import ProcessCache


@pytest.fixture
def clock(monkeypatch):
    """Seconds of the process's own clock, which the test moves."""
    seconds = [1_000.0]
    monkeypatch.setattr(process_cache, "monotonic", lambda: seconds[0])
    return seconds


def test_the_least_recently_used_entry_goes_first():
    cache = ProcessCache[int, str](max_entries=2)
    cache.store(1, "a")
    cache.store(2, "b")
    assert cache.get(1) == "a"
    cache.store(3, "c")
    assert [cache.get(key) for key in (1, 2, 3)] == ["a", None, "c"]


def test_an_entry_has_an_age_only_where_one_is_given(clock):
    young, ageless = (
        ProcessCache[int, str](max_entries=2, max_age_seconds=60),
        ProcessCache[int, str](max_entries=2),
    )
    for cache in (young, ageless):
        cache.store(1, "a")
    clock[0] += 59
    assert young.get(1) == "a"
    clock[0] += 1
    assert young.get(1) is None
    clock[0] += 1e9
    assert ageless.get(1) == "a"


def test_databases_have_entries_of_their_own(monkeypatch):
    cache = ProcessCache[int, str](max_entries=2)
    cache.store(1, "a")
    monkeypatch.setitem(connection.settings_dict, "NAME", "another")
    assert cache.get(1) is None
    cache.store(1, "b")
    cache.forget(1)
    monkeypatch.undo()
    assert cache.get(1) == "a"
    cache.forget(1)
    cache.forget(1)
    assert cache.get(1) is None


def test_a_process_forked_amid_a_change_has_an_empty_cache_that_works():
    cache = ProcessCache[int, str](max_entries=2)
    cache.store(1, "a")
    with cache._lock:
        pid = os.fork()
        if pid == 0:
            before = cache.get(1)
            cache.store(1, "b")
            os._exit(0 if (before, cache.get(1)) == (None, "b") else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert cache.get(1) == "a"
