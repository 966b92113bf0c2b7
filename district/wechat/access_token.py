"""The app's access token: one for all processes, renewed by one of them at a time."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.core.cache import cache

from district.kernel.errors import DomainError

# Within its last five minutes WeChat gives a new token while the old one still works.
RENEW_WHEN_LEFT = 240
_LOCK_SECONDS = 12
_POLL_SECONDS = 0.05


class CachedToken(NamedTuple):
    token: str
    good_until: float

    @property
    def left(self) -> float:
        return self.good_until - time.time()


class SharedToken:
    """Kept in Django's cache; `fetch` asks WeChat and gives (token, seconds)."""

    def __init__(self, appid: str, fetch: Callable[[], tuple[str, int]]) -> None:
        self._fetch = fetch
        self._name = f"wechat:access_token:{appid}"
        self._one_thread = threading.Lock()

    def current(self, *, refused: str = "") -> str:
        """A token to call with; never the one WeChat has just `refused`."""
        cached = self._cached(refused)
        if cached and cached.left > RENEW_WHEN_LEFT:
            return cached.token
        with self._renewal_lock():
            # Whoever had the turn before may have done the work.
            cached = self._cached(refused)
            if cached and cached.left > RENEW_WHEN_LEFT:
                return cached.token
            return self._renew(cached)

    def _cached(self, refused: str) -> CachedToken | None:
        kept = cache.get(self._name)
        cached = CachedToken(*kept) if kept else None
        return cached if cached and cached.token != refused and cached.left > 0 else None

    def _renew(self, old: CachedToken | None) -> str:
        try:
            token, seconds = self._fetch()
        except DomainError:
            # An old token that still works is better than none while WeChat has a bad minute.
            if old is None:
                raise
            return old.token
        cache.set(self._name, (token, time.time() + seconds), seconds)
        return token

    @contextmanager
    def _renewal_lock(self) -> Iterator[None]:
        """Wait for the other threads and processes, but never longer than one of them can take."""
        name, mine = f"{self._name}:turn", secrets.token_hex(8)
        with self._one_thread:
            given_up = time.monotonic() + _LOCK_SECONDS
            while not cache.add(name, mine, _LOCK_SECONDS) and time.monotonic() < given_up:
                time.sleep(_POLL_SECONDS)
            try:
                yield
            finally:
                if cache.get(name) == mine:
                    cache.delete(name)
