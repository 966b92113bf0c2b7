"""Domain time: now, the district's day, and the header that moves time in replay mode."""

from collections.abc import Callable
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")
REPLAY_HEADER = "X-Replay-Instant"

_moved: ContextVar[datetime | None] = ContextVar("district_clock", default=None)


def now() -> datetime:
    """Domain time: what expiry, validity and limits of the business see."""
    return _moved.get() or timezone.now()


def real_now() -> datetime:
    """Wall time: for sessions, keys, throttles and signature windows, never moved by a replay."""
    return timezone.now()


def business_day(at: datetime) -> date:
    """The Shanghai calendar day an instant belongs to."""
    return at.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """The instant a Shanghai day begins."""
    return datetime.combine(day, time.min, SHANGHAI)


def start_of_next_day(at: datetime) -> datetime:
    return start_of_day(business_day(at) + timedelta(days=1))


class moved_to:
    """Move domain time for the current thread while the block runs."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __enter__(self) -> None:
        self.token = _moved.set(self.at)

    def __exit__(self, *failure: object) -> None:
        _moved.reset(self.token)


class ReplayClockMiddleware:
    """In replay mode a request's header says when it happens; elsewhere the header is ignored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        told = request.headers.get(REPLAY_HEADER) if settings.REPLAY else None
        if told is None:
            return self.get_response(request)
        try:
            at = datetime.fromisoformat(told)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            from district.kernel.problems import problem_http  # noqa: PLC0415 - problems needs DRF set up

            return problem_http("invalid_request", 400, title="请求内容有误", detail=REPLAY_HEADER)
        with moved_to(at):
            return self.get_response(request)
