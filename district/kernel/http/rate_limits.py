"""Rate limits, counted in one table that all workers share; they slow guessing down, no more."""

from django.conf import settings
from django.db import connection

from district.kernel import clock
from district.kernel.database.postgres import call
from district.kernel.errors import TooManyRequests
from district.kernel.models import RateWindow
from district.kernel.plugin import rate_limits
from district.kernel.security.crypto import lookup_hash


def hit(limit: str, subject: object) -> None:
    """Count one use of a limit that an app brings (`DistrictApp.rate_limits`). Raises TooManyRequests with the seconds to wait.

    Called outside of a transaction: one that is rolled back would take its count along.
    """
    times, seconds = _limit_of(limit)
    if settings.RATE_LIMITS_OFF:
        return
    if connection.in_atomic_block and not _is_test_transaction():
        raise RuntimeError("a limit is counted outside of transactions")
    window, rest = _window(seconds)
    if call("kernel_hit", limit, _subject_hash(limit, subject), window) > times:
        raise TooManyRequests(retry_after=rest)


def require_within_limit(limit: str, subject: object) -> None:
    """Refuse who has used a limit up, without counting. Raises TooManyRequests.

    For limits on failures: asked before the attempt, while hit() counts the failed ones.
    """
    times, seconds = _limit_of(limit)
    if settings.RATE_LIMITS_OFF:
        return
    window, rest = _window(seconds)
    key = _subject_hash(limit, subject)
    if RateWindow.objects.filter(limit=limit, subject=key, window=window, hits__gte=times).exists():
        raise TooManyRequests(retry_after=rest)


def _limit_of(limit: str) -> tuple[int, int]:
    """Times and seconds; a deployment may set its own in settings.RATE_LIMITS."""
    own: dict[str, tuple[int, int]] = settings.RATE_LIMITS
    return own[limit] if limit in own else rate_limits()[limit]


def _window(seconds: int) -> tuple[int, int]:
    """When the window of now began, in epoch seconds, and how many seconds are left of it."""
    moment = int(clock.real_now().timestamp())
    begun = moment - moment % seconds
    return begun, begun + seconds - moment


def _subject_hash(limit: str, subject: object) -> bytes:
    # A subject may be an address or a phone number, and a plain hash of those is soon undone.
    return lookup_hash(f"limit:{limit}", str(subject))


def _is_test_transaction() -> bool:
    """pytest-django wraps a test in a transaction; Django marks it as a test case's."""
    return all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
