"""Rate limits, counted in one table that all workers share; they slow guessing down, no more."""

import hashlib

from django.conf import settings

from district.kernel import clock
from district.kernel.errors import TooManyRequests
from district.kernel.postgres import call


def hit(limit: str, subject: object) -> None:
    """Count one use of a limit of settings.LIMITS. Raises TooManyRequests with the seconds to wait."""
    times, seconds = settings.LIMITS[limit]
    if settings.LIMITS_OFF:
        return
    moment = int(clock.real_now().timestamp())
    window = moment - moment % seconds
    # Hashed: a subject may be an address or a phone number.
    key = hashlib.sha256(str(subject).encode()).digest()
    if call("kernel_hit", limit, key, window) > times:
        raise TooManyRequests(retry_after=window + seconds - moment)
