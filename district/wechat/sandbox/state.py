"""Everything the stand-in remembers, behind one lock: in memory, but for WeChat Pay."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Condition, RLock

from district.wechat.sandbox.codes import CodeBook, login_code, phone_code
from district.wechat.sandbox.content_rules import ContentRules
from district.wechat.sandbox.errcodes import WechatErrorResponse
from district.wechat.sandbox.faults import FaultPlan
from district.wechat.sandbox.messages import MessagePusher
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.sender import Sender
from district.wechat.sandbox.people import Person, openid_of, phone_of
from district.wechat.sandbox.quotas import Quotas
from district.wechat.sandbox.tokens import TokenBook


class SandboxState:
    """One mini-program account as WeChat sees it."""

    def __init__(
        self,
        *,
        appid: str,
        secret: str,
        folder: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`folder` keeps what WeChat Pay knows; without one a restart forgets it, its keys too."""
        self.appid, self.secret, self.folder = appid, secret, folder
        self.base = ""
        self.lock = RLock()
        self._pay: tuple[PayState, Sender] | None = None
        self._clock = clock
        self._set_at, self._started_at, self._speed = clock(), clock(), 1.0
        self.messages = MessagePusher(appid=appid, now=self.now, condition=Condition(self.lock))
        self.reset()

    @property
    def pay(self) -> PayState:
        """WeChat Pay's side; made when somebody first asks, for its keys take a moment."""
        return self._pay_and_sender()[0]

    @property
    def sender(self) -> Sender:
        """What sends WeChat Pay's notices."""
        return self._pay_and_sender()[1]

    def _pay_and_sender(self) -> tuple[PayState, Sender]:
        with self.lock:
            if self._pay is None:
                pay = PayState(
                    appid=self.appid,
                    folder=self.folder,
                    now=self.now,
                    lock=self.lock,
                    faults=lambda: self.faults,
                )
                self._pay = pay, Sender(pay)
                self._pay[1].start()
            return self._pay

    def reset(self) -> None:
        """As on the first day; only the clock stays where it is, and the keys."""
        if self._pay is not None:
            self.pay.reset()
        self.people: dict[str, Person] = {}
        self.login_codes = CodeBook(login_code)
        self.phone_codes = CodeBook(phone_code)
        # A phone code stands for a number, which need not be the one in the person's profile.
        self.numbers: dict[str, tuple[str, str]] = {}
        self.tokens = TokenBook()
        self.quotas = Quotas()
        self.faults = FaultPlan()
        self.content = ContentRules()
        self.messages.reset()
        self.counted: Counter[tuple[str, str]] = Counter()
        self.pages = {"pages/index/index", "pages/card/index", "pages/credit/index"}
        self.country_as_number = False

    def now(self) -> float:
        return self._set_at + (self._clock() - self._started_at) * self._speed

    def advance(self, seconds: float) -> None:
        self._set_clock(self.now() + seconds, self._speed)

    def set_speed(self, factor: float) -> None:
        """How many seconds pass here in one."""
        self._set_clock(self.now(), factor)

    def _set_clock(self, moment: float, speed: float) -> None:
        self._set_at, self._started_at, self._speed = moment, self._clock(), speed
        if self._pay is not None:
            self.pay.due_changed.notify_all()

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
