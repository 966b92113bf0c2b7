"""The diary of calls and notices, what a failed call means for its row, and the numbers both sides know a thing by."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from district.kernel import attempts, clock
from district.kernel.models.attempts import RetriedWork
from district.wechat.pay.errors import ApiError, PayError, UnreadableAnswer
from district.wechat.pay.parking import PlateColor
from parking.models import Vehicle, WechatEntry, WechatExchange

Kind, Outcome = WechatExchange.Kind, WechatExchange.Outcome
NOTICE_PATH = "/wechat/parking/notices"
# Our colours as the service names them; it knows no paper plates.
COLORS = {
    Vehicle.Colour.BLUE: PlateColor.BLUE,
    Vehicle.Colour.YELLOW: PlateColor.YELLOW,
    Vehicle.Colour.GREEN: PlateColor.GREEN,
    Vehicle.Colour.YELLOW_GREEN: PlateColor.LIMEGREEN,
    Vehicle.Colour.WHITE: PlateColor.WHITE,
    Vehicle.Colour.BLACK: PlateColor.BLACK,
}
# A day, as WeChat repeats its own notices.
_DELAYS_MINUTES = (0.25, 0.25, 0.5, 3, 10, 20, 30, 30, 30, 60, 180, 180, 180, 360, 360)
MAX_ATTEMPTS = len(_DELAYS_MINUTES)
# Who is refused learns little by asking on.
MAX_REFUSALS = 3
BATCH = 100
_TOO_MANY_REQUESTS = 429
logger = logging.getLogger("district.parking")


@dataclass
class Answer:
    """What WeChat answered, in its own word; set by who reads it."""

    code: str = ""


def notify_url() -> str:
    """Parking has an address of its own: TRANSACTION.SUCCESS is an event of ordinary payments too."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{NOTICE_PATH}"


@contextmanager
def recorded_call(
    kind: str, *, vehicle: Vehicle, entry: WechatEntry | None = None
) -> Iterator[Answer]:
    """Keep what came of a call. Never inside a transaction, as the call itself."""
    started, answer = time.monotonic(), Answer()
    try:
        yield answer
    except PayError as error:
        _record(kind, vehicle, entry, started=started, answer=answer, error=error)
        logger.warning("parking call failed", extra={"kind": kind, "error": type(error).__name__})
        raise
    _record(kind, vehicle, entry, started=started, answer=answer, error=None)


def record_notice(kind: str, *, entry: WechatEntry, code: str, is_new: bool) -> None:
    """Keep that a notice came, and whether it said something new."""
    WechatExchange.objects.create(
        at=clock.now(),
        kind=kind,
        outcome=Outcome.COMPLETED if is_new else Outcome.NOTHING_NEW,
        vehicle_id=entry.vehicle_id,
        entry=entry,
        code=code[:64],
    )


def is_refusal(error: Exception) -> bool:
    """Whether WeChat said no, so that the same again will not do better."""
    return (
        isinstance(error, ApiError)
        and not error.is_outcome_unknown
        and error.status != _TOO_MANY_REQUESTS
    )


def note_failure(row: RetriedWork, error: Exception) -> list[str]:
    """Note a call that failed; the fields that changed, for the caller, who holds the row's lock, to save."""
    limit = MAX_REFUSALS if is_refusal(error) else MAX_ATTEMPTS
    attempts.record_failure(row, error, max_attempts=limit)
    if isinstance(error, ApiError):
        row.last_error = error.code or row.last_error
    place = min(max(row.attempts, 1), MAX_ATTEMPTS) - 1
    row.next_attempt_at = clock.real_now() + timedelta(minutes=_DELAYS_MINUTES[place])
    return ["last_error", "set_aside_at", "next_attempt_at"]


def _record(
    kind: str,
    vehicle: Vehicle,
    entry: WechatEntry | None,
    *,
    started: float,
    answer: Answer,
    error: PayError | None,
) -> None:
    WechatExchange.objects.create(
        at=clock.now(),
        kind=kind,
        outcome=_outcome(error),
        vehicle=vehicle,
        entry=entry,
        code=(error.code if isinstance(error, ApiError) else answer.code)[:64],
        request_id=(error.request_id if isinstance(error, ApiError) else "")[:128],
        duration_ms=round((time.monotonic() - started) * 1000),
    )


def _outcome(error: PayError | None) -> str:
    if error is None:
        return Outcome.COMPLETED
    if is_refusal(error):
        return Outcome.REFUSED
    return Outcome.UNREADABLE if isinstance(error, UnreadableAnswer) else Outcome.UNAVAILABLE
