"""The sweep that warns members in time that points are about to end."""

from datetime import timedelta

from district.kernel import clock
from district.kernel.database.postgres import call
from district.kernel.outbox.events import wake_worker_on_commit
from loyalty import queries

_ACCOUNTS = 1000


def warn_of_expiry() -> int:
    """Emit a warning for each day within the policy's `warn_days` on which points of a member end; how many days.

    Once for each account and day, whatever is added to or given back for that day later.
    """
    now = clock.now()
    until = now + timedelta(days=queries.alliance_policy_at(now).warn_days)
    warned, after = 0, 0
    while accounts := queries.accounts_due_until(until, after=after, limit=_ACCOUNTS):
        # One server call, and so one transaction, for many accounts.
        warned += call("loyalty_warn_of_expiry", accounts, until, now)
        after = accounts[-1]
    wake_worker_on_commit()
    return warned
