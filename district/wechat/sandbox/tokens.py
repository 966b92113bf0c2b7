"""The stable access token: the same one again and again, an overlap at its end, a forced change."""

import secrets

from district.wechat.sandbox.errcodes import WechatErrorResponse

LIFE = 7200.0
OVERLAP = 300.0
FORCED_INTERVAL_SECONDS = 30.0
FORCED_PER_DAY = 20
_SHANGHAI = 8 * 3600
_DAY = 86400


class TokenBook:
    """Every token ever given out and how long each is good."""

    def __init__(self) -> None:
        self._good_until: dict[str, float] = {}
        self._current: str | None = None
        self._forced_at = float("-inf")
        self._forced_on = (-1, 0)

    def fetch(self, at: float, *, force: bool) -> tuple[str, int]:
        """The token and the seconds it has left."""
        if force and at - self._forced_at >= FORCED_INTERVAL_SECONDS:
            self._count_forced(at)
            self.kill()
        elif self._current and self._left(self._current, at) > OVERLAP:
            return self._current, int(self._left(self._current, at))
        elif self._current and self._left(self._current, at) > 0:
            self._good_until[self._current] = at + OVERLAP
        self._current = secrets.token_urlsafe(117)
        self._good_until[self._current] = at + LIFE
        return self._current, int(LIFE)

    def check(self, token: str, at: float) -> None:
        """Raises WechatErrorResponse 41001 without a token, 40001 for an unknown or killed one, 42001 for an old one."""
        if not token:
            raise WechatErrorResponse(41001)
        if token not in self._good_until:
            raise WechatErrorResponse(40001)
        if self._left(token, at) <= 0:
            raise WechatErrorResponse(42001)

    def kill(self) -> None:
        """Make the current token unknown at once."""
        if self._current:
            del self._good_until[self._current]
        self._current = None

    def expire_all(self, at: float) -> None:
        self._good_until = dict.fromkeys(self._good_until, at)

    def _left(self, token: str, at: float) -> float:
        return self._good_until[token] - at

    def _count_forced(self, at: float) -> None:
        today = int((at + _SHANGHAI) // _DAY)
        day, times = self._forced_on
        times = times if day == today else 0
        if times >= FORCED_PER_DAY:
            raise WechatErrorResponse(45009)
        self._forced_on, self._forced_at = (today, times + 1), at
