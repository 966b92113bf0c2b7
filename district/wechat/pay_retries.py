"""When a call to WeChat Pay that failed is made again, and when it is left to a person."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from district.kernel import attempts, clock
from district.kernel.models.attempts import RetriedWork
from district.wechat.pay.errors import ApiError

# As patient as WeChat's own notices are, and then every six hours.
_DELAYS_MINUTES = (0.25, 0.25, 0.5, 3, 10, 20, 30, 30, 30, 60, 180, 180, 180, 360, 360)
_ATTEMPTS_A_DAY = 4
# Who is refused learns little by asking on.
MAX_REFUSALS: Final = 3
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class PayRetries:
    """Calls that are made again for `days` more days after the first delays are used up."""

    days: int

    @property
    def max_attempts(self) -> int:
        return len(_DELAYS_MINUTES) + self.days * _ATTEMPTS_A_DAY

    def note_failure(self, row: RetriedWork, error: Exception) -> list[str]:
        """Note a call that failed; the fields that changed, for the caller, who holds the row's lock, to save."""
        most = MAX_REFUSALS if _is_refusal(error) else self.max_attempts
        attempts.record_failure(row, error, max_attempts=most)
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
