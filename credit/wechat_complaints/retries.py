"""When a call about a complaint that failed is made again, and when it is left to a person."""

from datetime import timedelta

from district.kernel import attempts, clock
from district.kernel.models.attempts import RetriedWork
from district.wechat.pay.errors import ApiError

# As patient as WeChat's own notices are, then every six hours for ten days.
_DELAYS_MINUTES = (0.25, 0.25, 0.5, 3, 10, 20, 30, 30, 30, 60, 180, 180, 180, 360, 360)
MAX_ATTEMPTS = len(_DELAYS_MINUTES) + 10 * 4
# Who is refused learns little by asking on.
MAX_REFUSALS = 3
BATCH = 100
_TOO_MANY_REQUESTS = 429


def note_failure(row: RetriedWork, error: Exception) -> list[str]:
    """Note a call that failed; the fields that changed, for the caller, who holds the row's lock, to save."""
    attempts.record_failure(
        row, error, max_attempts=MAX_REFUSALS if _is_refusal(error) else MAX_ATTEMPTS
    )
    if isinstance(error, ApiError):
        row.last_error = error.code or row.last_error
    place = min(max(row.attempts, 1), len(_DELAYS_MINUTES)) - 1
    row.next_attempt_at = clock.real_now() + timedelta(minutes=_DELAYS_MINUTES[place])
    return ["last_error", "set_aside_at", "next_attempt_at"]


def _is_refusal(error: Exception) -> bool:
    return (
        isinstance(error, ApiError)
        and not error.is_outcome_unknown
        and error.status != _TOO_MANY_REQUESTS
    )
