"""The base of the settlement's state machine: the naive model and the database, and the same act in both."""

from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine

from district.kernel import clock
from district.kernel.errors import DomainError
from loyalty import services as loyalty
from loyalty.settlement.models import Cycle
from tests.loyalty.model.naive_types import SHANGHAI, ModelRefusal
from tests.settlement.model.comparison import SettlementComparison
from tests.settlement.model.naive_settlement import ALLIANCE, NaiveSettlement

# The last evening of a January: a month's end, a short month and a midnight are near.
BEGIN = datetime(2026, 1, 30, 23, 30, tzinfo=SHANGHAI)
JUMPS = [
    timedelta(minutes=31),
    timedelta(days=1),
    timedelta(days=1),
    timedelta(days=12),
    timedelta(days=40),
]
PRICES = [333, 1000, 850, 1501, 0]
MEMBERS, SHOPS = "ab", "xyz"
PARTIES = [*SHOPS, ALLIANCE]

who = some.integers(0, len(MEMBERS) - 1)
where = some.integers(0, len(SHOPS) - 1)
# Three operators: one proposes, another approves, and the third may do either.
operator = some.integers(0, 2)
# Who proposes and who approves; the same person is refused.
people = some.sampled_from([(0, 1), (1, 0), (2, 0), (1, 2), (1, 1)])
which = some.integers(0, 40)
money = some.one_of(some.integers(100, 9_000), some.sampled_from([9_999, 25_000]))
points_asked = some.one_of(some.integers(1, 30), some.sampled_from([61, 100]))
party = some.sampled_from(PARTIES)


class SettlementMachineBase(SettlementComparison, RuleBasedStateMachine):
    """One district in the database and one in the model, side by side."""

    Model = NaiveSettlement
    members: list
    operators: list
    stores: list
    parties: dict

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.names = {merchant.pk: name for name, merchant in self.parties.items()}
        self.model = self.Model(MEMBERS, SHOPS, BEGIN)
        # Pairs of the model's thing and the database's.
        self.receipts, self.spendings, self.holds = [], [], []
        self.payments, self.disputes, self.notes = [], [], []
        self.number = 0
        # Whether something fell due that the database has not written down yet.
        self.behind = False

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    def both(self, in_model, in_database):
        """Do it in both; both do it or both refuse it for the same reason. What they made, or nothing."""
        try:
            made, expected = in_model(), "done"
        except ModelRefusal as refusal:
            made, expected = None, refusal.code
        if not self.behind:
            self.model.points.written = len(self.model.points.movements)
        try:
            with clock.travel_to(self.model.now), transaction.atomic():
                row, outcome = in_database(), "done"
        except DomainError as refusal:
            row, outcome = None, refusal.code
        assert outcome == expected
        return (made, row) if expected == "done" else None

    def fresh(self):
        self.number += 1
        return f"N{self.number}"

    def pick(self, things, index):
        return things[index % len(things)]

    def row_of(self, cycle):
        return Cycle.objects.get(number=cycle.number)

    def advance(self, to):
        """Time passes, and what falls due is written at once, as the model has it."""
        self.model.points.advance(to)
        self.sweep()

    def sweep(self):
        with clock.travel_to(self.model.now):
            loyalty.sweep_accounts()
        self.model.points.written = len(self.model.points.movements)
        self.behind = False
