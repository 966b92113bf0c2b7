"""How often a call may be made in a minute; each quota can be set or switched off."""

from collections import Counter

from district.wechat.sandbox.errcodes import WechatErrorResponse

# Route -> calls a minute. The login quota counts each person, the others the whole app.
DEFAULT_QUOTAS: dict[str, int] = {
    "stable_token": 10_000,
    "jscode2session": 100,
    "getuserphonenumber": 5_000,
    "getwxacodeunlimit": 5_000,
    "msg_sec_check": 4_000,
    "media_check_async": 2_000,
}
QUOTA_ERRCODES = {"jscode2session": 45011, "getuserphonenumber": 45011}


class Quotas:
    """Counts of the running minute."""

    def __init__(self) -> None:
        self.per_minute: dict[str, int | None] = dict(DEFAULT_QUOTAS)
        self._minute = -1
        self._used: Counter[tuple[str, str]] = Counter()

    def count(self, route: str, at: float, subject: str = "") -> None:
        """Raises WechatErrorResponse 45011 or 45009 when the minute's share is used up."""
        minute = int(at // 60)
        if minute != self._minute:
            self._minute = minute
            self._used.clear()
        allowed = self.per_minute.get(route)
        if allowed is not None and self._used[route, subject] >= allowed:
            raise WechatErrorResponse(QUOTA_ERRCODES.get(route, 45009))
        self._used[route, subject] += 1
