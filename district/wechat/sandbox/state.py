"""Everything the stand-in remembers, in memory, behind one lock."""

import time
from collections import Counter
from collections.abc import Callable
from threading import RLock

from district.wechat.sandbox.codes import CodeBook, login_code, phone_code
from district.wechat.sandbox.errcodes import WechatErrorResponse
from district.wechat.sandbox.faults import FaultPlan
from district.wechat.sandbox.people import Person, openid_of, phone_of
from district.wechat.sandbox.quotas import Quotas
from district.wechat.sandbox.tokens import TokenBook


class SandboxState:
    """One mini-program account as WeChat sees it."""

    def __init__(self, *, appid: str, secret: str, clock: Callable[[], float] = time.time) -> None:
        self.appid, self.secret = appid, secret
        self.lock = RLock()
        self._clock = clock
        self._ahead = 0.0
        self.reset()

    def reset(self) -> None:
        """As on the first day; only the clock stays where it is."""
        self.people: dict[str, Person] = {}
        self.login_codes = CodeBook(login_code)
        self.phone_codes = CodeBook(phone_code)
        # A phone code stands for a number, which need not be the one in the person's profile.
        self.numbers: dict[str, tuple[str, str]] = {}
        self.tokens = TokenBook()
        self.quotas = Quotas()
        self.faults = FaultPlan()
        self.counted: Counter[tuple[str, str]] = Counter()
        self.pages = {"pages/index/index", "pages/card/index", "pages/credit/index"}
        self.country_as_number = False

    def now(self) -> float:
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def person(self, name: str) -> Person:
        """The person of that name, who exists from the first time somebody asks."""
        openid = openid_of(self.appid, name)
        return self.people.setdefault(openid, Person(name, openid, phone_of(name)))

    def check_app(self, fields: dict[str, str]) -> None:
        """Raises WechatErrorResponse 41002, 41004, 40013 or 40125 unless the caller names this app and its secret."""
        for name, missing in (("appid", 41002), ("secret", 41004)):
            if not fields.get(name):
                raise WechatErrorResponse(missing)
        if fields["appid"] != self.appid:
            raise WechatErrorResponse(40013)
        if fields["secret"] != self.secret:
            raise WechatErrorResponse(40125)

    def count(self, route: str, what: str) -> None:
        self.counted[route, what] += 1
