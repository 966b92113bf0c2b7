"""The base of the ledger's state machine: the naive model and the database, and the same act in both."""

import os
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine

from district.kernel import clock
from district.kernel.errors import DomainError
from tests.loyalty.model import naive
from tests.loyalty.model.comparison import LedgerComparison

LONG = int(os.environ.get("LIFE_EXAMPLES", "45"))
# The last evening of a January: a month's end, a short month and a midnight are near.
BEGIN = datetime(2026, 1, 30, 23, 30, tzinfo=naive.SHANGHAI)
JUMPS = {
    "a minute": timedelta(minutes=1),
    "an hour": timedelta(minutes=61),
    "half a day": timedelta(hours=12),
    "a day": timedelta(days=1),
    "three weeks": timedelta(days=21),
    "forty days": timedelta(days=40),
}
TERMS_SAMPLES = [
    naive.ModelTerms(),
    naive.ModelTerms(points=3, per_fen=250, price=850, months=1),
    naive.ModelTerms(price=333, months=2, wait=1),
    naive.ModelTerms(points=1, per_fen=1000, price=0, months=1, wait=3),
    naive.ModelTerms(points=7, per_fen=300, price=1500, months=1, wait=2),
    naive.ModelTerms(points=0),
]

who = some.integers(0, 2)
where = some.integers(0, 2)
which = some.integers(0, 40)
money = some.one_of(some.integers(1, 3_000), some.sampled_from([100, 9_999, 10_000, 25_000]))
points_asked = some.one_of(some.integers(1, 30), some.sampled_from([60, 99, 100, 250]))
part = some.sampled_from(["all", "half", "one", "more", None])


def share(total, how):
    """Some of a number: more than there is, too."""
    return {"all": total, "half": max(total // 2, 1), "one": 1, "more": total + 1}[how]


class LedgerMachine(LedgerComparison, RuleBasedStateMachine):
    """One district in the database and one in the model, side by side."""

    members: list
    stores: list
    people: tuple
    parties: dict

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.model = naive.ModelLedger(["a", "b", "c"], ["x", "y", "z"], BEGIN)
        self.names = dict(
            zip((store.merchant_id for store in self.stores), ["x", "y", "z"], strict=True)
        ) | {party.pk: name for name, party in self.parties.items()}
        # Pairs of the model's thing and the ledger's.
        self.receipts, self.spendings, self.holds = [], [], []
        self.number = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    # -- doing the same in both --------------------------------------------------------------------

    def both(self, in_model, in_ledger):
        """Do it in both; both do it or both refuse it for the same reason. What they made, or nothing."""
        try:
            made, naive_outcome = in_model(), "done"
        except naive.ModelRefusal as refusal:
            made, naive_outcome = None, refusal.code
        try:
            with clock.travel_to(self.model.now), transaction.atomic():
                posted, ledger_outcome = in_ledger(), "done"
        except DomainError as refusal:
            posted, ledger_outcome = None, refusal.code
        assert ledger_outcome == naive_outcome
        return (made, posted) if naive_outcome == "done" else None

    def fresh(self):
        self.number += 1
        return f"N{self.number}"

    def pick(self, things, index):
        return things[index % len(things)]
