"""What happens to coupons by themselves; a use asks for the time itself and needs none of it."""

from datetime import timedelta

from district.kernel import clock
from district.kernel.database.postgres import call
from district.kernel.outbox.events import wake_worker_on_commit

AT_ONCE = 1_000
WARN_AHEAD = timedelta(days=3)


def expire_coupons() -> int:
    """End coupons whose time is over and free what they reserved; how many, 0 when none is due."""
    ended: int = call("coupons_expire", AT_ONCE, clock.now())
    wake_worker_on_commit()
    return ended


def warn_of_expiring() -> int:
    """Warn of coupons that end within three days, once each; how many."""
    at = clock.now()
    warning_count: int = call("coupons_warn", at + WARN_AHEAD, AT_ONCE, at)
    wake_worker_on_commit()
    return warning_count
