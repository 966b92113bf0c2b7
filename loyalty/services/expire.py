"""Expiry: the sweep that writes down what every posting already treats as gone."""

from district.kernel import clock
from loyalty import ledger
from loyalty.queries import accounts_with_due_lots


def expire_points(*, limit: int = 1000) -> int:
    """Expire the due lots of up to `limit` accounts, one transaction each; how many points.

    Right without it too: each posting expires its account's due lots first, and balances leave
    them out. Accounts that are busy are skipped and found again next time.
    """
    at = clock.now()
    due = accounts_with_due_lots(at).values_list("pk", flat=True)[:limit]
    return sum(ledger.expire(account=pk, at=at) for pk in list(due))
