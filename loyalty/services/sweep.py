"""The sweep that writes down what every posting already treats as done: ends, activations, time-outs."""

from district.kernel import clock
from loyalty import procedures
from loyalty.queries import accounts_due


def sweep_accounts(*, limit: int = 1000) -> int:
    """Do what is due in up to `limit` accounts, one transaction each; how many accounts.

    Lots end or become spendable, holds run out, debts are repaid. Right without it too: each posting
    does its account's due business first, and balances reckon with it. Accounts that are busy are
    skipped and found again next time.
    """
    at = clock.now()
    due = accounts_due(at).values_list("pk", flat=True)[:limit]
    return sum(procedures.sweep(account=pk, at=at) for pk in list(due))
