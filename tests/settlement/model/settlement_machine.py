"""Whatever the district does, in whatever order: the acts of the state machine, and what holds after each."""

from datetime import timedelta

from hypothesis import strategies as some
from hypothesis.stateful import initialize, invariant, precondition, rule

from loyalty.settlement import services as settlement
from tests.loyalty.model.naive_types import days_on
from tests.settlement.model.claims_steps import ClaimsSteps
from tests.settlement.model.machine_base import (
    BEGIN,
    JUMPS,
    MEMBERS,
    PRICES,
    SHOPS,
    SettlementMachineBase,
    operator,
    people,
    points_asked,
    where,
    which,
    who,
)
from tests.settlement.model.naive_settlement import shanghai_day
from tests.settlement.model.points_steps import PointsSteps


class SettlementMachine(PointsSteps, ClaimsSteps, SettlementMachineBase):
    """Everything that can happen to a settlement, in any order."""

    @initialize(
        prices=some.lists(some.sampled_from(PRICES), min_size=len(SHOPS), max_size=len(SHOPS)),
        fees=some.lists(some.sampled_from([0, 0, 150, 777]), min_size=3, max_size=3),
        months=some.lists(some.sampled_from([1, 24]), min_size=3, max_size=3),
    )
    def begin(self, prices, fees, months):
        for shop in range(len(SHOPS)):
            start = BEGIN - timedelta(days=60)
            self.terms_from(shop, start, price=prices[shop], fee=fees[shop], months=months[shop])
            for member in range(len(MEMBERS)):
                self.earn(member, shop, 8_000)

    # -- cycles ------------------------------------------------------------------------------------

    @rule(
        act=some.sampled_from(["open", "move", "propose", "propose", "approve", "withdraw"]),
        by=operator,
        days=some.sampled_from([-1, -1, -3, 0, 2]),
        back=some.sampled_from([1, 1, 1, 1, 2]),
    )
    def cycle_step(self, act, by, days, back):
        if act == "open" or not self.model.cycles:
            self.open_cycle(days, first=back == 1)
        elif act == "move":
            self.move_cycle_end(days, by)
        elif act == "propose":
            self.propose_close(by, back)
        elif act == "approve":
            self.approve_close(by, back)
        else:
            self.withdraw_close(by)

    def open_cycle(self, days, first):
        today = shanghai_day(self.model.now)
        last_day = today + timedelta(days=days)
        first_day = shanghai_day(BEGIN) if first else None
        self.both(
            lambda: self.model.open_cycle(last_day, first_day),
            lambda: settlement.open_cycle(
                last_day=last_day, first_day=first_day, by=self.operators[0]
            ),
        )

    def move_cycle_end(self, days, by):
        cycle = self.model.cycles[-1]
        last_day = shanghai_day(self.model.now) + timedelta(days=days)
        self.both(
            lambda: self.model.move_cycle_end(cycle, last_day, by),
            lambda: settlement.move_cycle_end(
                cycle=self.row_of(cycle), last_day=last_day, by=self.operators[by]
            ),
        )

    def propose_close(self, by, back):
        cycle = self.model.cycles[-min(back, len(self.model.cycles))]
        self.both(
            lambda: self.model.propose_close(cycle, by),
            lambda: settlement.propose_close(cycle=self.row_of(cycle), by=self.operators[by]),
        )

    def approve_close(self, by, back):
        cycle = self.model.cycles[-min(back, len(self.model.cycles))]
        self.both(
            lambda: self.model.approve_close(cycle, by),
            lambda: settlement.approve_close(cycle=self.row_of(cycle), by=self.operators[by]),
        )

    def withdraw_close(self, by):
        cycle = self.model.cycles[-1]
        self.both(
            lambda: self.model.withdraw_close(cycle),
            lambda: settlement.withdraw_close(cycle=self.row_of(cycle), by=self.operators[by]),
        )

    # -- what seldom happens by chance ---------------------------------------------------------------

    @rule(
        member=who,
        shop=where,
        elsewhere=where,
        fen=some.integers(1_000, 20_000),
        people=people,
    )
    def a_day_is_settled(self, member, shop, elsewhere, fen, people):
        """A purchase, a spending elsewhere, and all up to that day is settled."""
        self.earn(member, shop, fen)
        self.spend(member, elsewhere, max(fen // 300, 1))
        self.advance(days_on(self.model.now, 1) + timedelta(hours=1))
        self.settle(*people)

    @precondition(lambda self: self.spendings and self.receipts)
    @rule(
        index=which,
        how=some.sampled_from(["all", "half", "rest"]),
        refund=some.booleans(),
        people=people,
    )
    def something_is_undone_after_the_close(self, index, how, refund, people):
        """What was settled is undone, before or after a refund of a purchase; that is settled, too."""
        self.advance(days_on(self.model.now, 1) + timedelta(hours=1))
        self.settle(*people)
        if refund:
            self.refund(index, "rest")
        self.give_back(index, how)
        if not refund:
            self.refund(index, "half")
        self.advance(days_on(self.model.now, 1) + timedelta(hours=1))
        self.settle(*people)

    @rule(
        shop=where,
        fee=some.sampled_from([31, 2_000]),
        points=points_asked,
        withdrawn=some.booleans(),
    )
    def terms_change_under_a_proposal(self, shop, fee, points, withdrawn):
        self.spend(points % 2, shop, points)
        self.advance(days_on(self.model.now, 1) + timedelta(hours=1))
        self.open_cycle(-1, True)
        self.propose_close(0, 1)
        self.change_terms(shop, 1, fee, 24)
        self.approve_close(1, 1)
        if withdrawn:
            self.withdraw_close(2)
            self.settle(2, 1)

    @rule(jump=some.sampled_from(JUMPS))
    def a_close_before_the_sweep(self, jump):
        """What ended meanwhile is written down late, and settled in the next cycle."""
        self.behind = True
        self.model.points.advance(self.model.now + jump)
        self.settle(0, 1)
        self.sweep()

    def settle(self, proposer, approver):
        """Everything up to yesterday, where nothing is in the way."""
        self.open_cycle(-1, True)
        if self.model.cycles:
            self.propose_close(proposer, 1)
            self.approve_close(approver, 1)

    # -- what must hold ----------------------------------------------------------------------------

    @invariant()
    def the_settlement_is_what_the_model_says(self):
        self.compare()
