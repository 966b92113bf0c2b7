"""Whatever the district does, in whatever order: the acts of the state machine and what holds after each."""

from datetime import timedelta
from unittest.mock import patch

from django.db import transaction
from hypothesis import strategies as some
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
)

from district.kernel import clock, invariants
from district.members.models import Member
from loyalty import queries
from loyalty import services as loyalty
from loyalty.invariants.ledger import LEDGER
from loyalty.invariants.lifecycle import LIFECYCLE
from loyalty.settlement import services as settlement
from loyalty.settlement.invariants import INVARIANTS as SETTLEMENT
from loyalty.settlement.queries import last_cycle
from tests.factories.loyalty import (
    buy,
    capture,
    fresh_key,
    make_hold,
    pay_points,
    void,
)
from tests.loyalty.model import naive
from tests.loyalty.model.machine import (
    BEGIN,
    JUMPS,
    TERMS_SAMPLES,
    LedgerMachine,
    money,
    part,
    points_asked,
    share,
    where,
    which,
    who,
)
from tests.loyalty.model.refund_steps import RefundSteps

# No step touches what the apps above keep.
POINTS_QUERIES = {**LEDGER, **LIFECYCLE, **SETTLEMENT}


class LedgerModelRun(RefundSteps, LedgerMachine):
    """Everything that can happen to points, in any order."""

    @initialize(terms_samples=some.lists(some.sampled_from(TERMS_SAMPLES), min_size=3, max_size=3))
    def begin(self, terms_samples):
        for shop, earning_terms in enumerate(terms_samples):
            self.change_terms(shop, earning_terms)

    # -- time ------------------------------------------------------------------------------------

    @rule(jump=some.sampled_from(list(JUMPS)))
    def time_passes(self, jump):
        self.model.advance(self.model.now + JUMPS[jump])

    @rule(early=some.sampled_from([0, 1]))
    def midnight_comes(self, early):
        """The very instant, or the last moment before it."""
        instant = naive.days_on(self.model.now, 1) - timedelta(microseconds=early)
        if instant > self.model.now:
            self.model.advance(instant)

    @rule()
    def the_sweep_runs(self):
        with clock.travel_to(self.model.now):
            loyalty.sweep_accounts()

    # -- earning and spending -------------------------------------------------------------------------

    @rule(
        member=who,
        shop=where,
        fen=money,
        late=some.sampled_from([0, 0, 2]),
        known=some.booleans(),
        index=which,
    )
    def earn(self, member, shop, fen, late, known, index):
        paid_at = self.model.now - timedelta(days=late)
        waiting = [parked for parked in self.model.parked if parked.waits]
        no = self.fresh()
        if known and waiting:
            parked = self.pick(waiting, index)
            shop, no = "xyz".index(parked.merchant), parked.no
        self.report(member, shop, no, fen, paid_at)

    def report(self, member, shop, no, fen, paid_at=None):
        paid_at = paid_at or self.model.now
        made = self.both(
            lambda: self.model.earn("abc"[member], "xyz"[shop], no, fen, paid_at),
            lambda: buy(self.members[member], self.stores[shop], fen=fen, no=no, paid_at=paid_at),
        )
        if made:
            self.receipts.append(made)

    @rule(member=who, shop=where, points=points_asked)
    def spend(self, member, shop, points):
        made = self.both(
            lambda: self.model.spend("abc"[member], "xyz"[shop], points),
            lambda: pay_points(self.members[member], self.stores[shop], points=points),
        )
        if made:
            self.spendings.append(made)

    @precondition(lambda self: self.spendings)
    @rule(index=which, how=part)
    def give_back(self, index, how):
        spending, transfer = self.pick(self.spendings, index)
        points = None if how is None else share(spending.points, how)
        store = next(candidate for candidate in self.stores if candidate.pk == transfer.store_id)
        self.both(
            lambda: self.model.give_back(spending, points),
            lambda: loyalty.reverse_transfer(
                transfer=transfer,
                store=store,
                reason="退货",
                actor="till:1",
                key=fresh_key(),
                points=points,
            ),
        )

    # -- holds -----------------------------------------------------------------------------------

    @rule(
        member=who,
        shop=where,
        points=points_asked,
        minutes=some.sampled_from([1, 60, 24 * 60, 7 * 24 * 60, 35 * 24 * 60]),
        grace=some.sampled_from([1, 7]),
    )
    def hold(self, member, shop, points, minutes, grace):
        made = self.both(
            lambda: self.model.hold("abc"[member], "xyz"[shop], points, minutes, grace),
            lambda: make_hold(
                self.members[member],
                self.stores[shop],
                points=points,
                minutes=minutes,
                grace_days=grace,
            ),
        )
        if made:
            self.holds.append(made)

    @precondition(lambda self: self.holds)
    @rule(index=which, how=some.sampled_from(["all", "half", "one", "more"]))
    def capture(self, index, how):
        held, row = self.pick(self.holds, index)
        points = share(held.points, how)
        made = self.both(
            lambda: self.model.capture(held, points), lambda: capture(row, points=points)
        )
        if made:
            self.spendings.append((held.spending, made[1].spent))

    @precondition(lambda self: self.holds)
    @rule(index=which)
    def void(self, index):
        held, row = self.pick(self.holds, index)
        self.both(lambda: self.model.void(held), lambda: void(row))

    # -- people and rules ----------------------------------------------------------------------------

    @rule(
        member=who,
        shop=where,
        points=some.one_of(points_asked, points_asked.map(lambda points: -points)),
    )
    def adjust(self, member, shop, points):
        proposer, approver = self.people

        def post():
            proposed = loyalty.propose_adjustment(
                member=self.members[member],
                merchant=self.stores[shop].merchant,
                points=points,
                reason="更正",
                by=proposer,
                key=fresh_key(),
            )
            loyalty.decide_adjustment(
                adjustment=proposed, approve=True, by=approver, key=fresh_key()
            )

        self.both(lambda: self.model.adjust("abc"[member], "xyz"[shop], points), post)

    @rule(member=who, into=who, seldom=some.integers(0, 3))
    def merge(self, member, into, seldom):
        if member == into or seldom:
            return
        self.both(
            lambda: self.model.merge("abc"[member], "abc"[into]),
            lambda: loyalty.merge_members(
                source=Member.objects.get(pk=self.members[member].pk),
                into=Member.objects.get(pk=self.members[into].pk),
                reason="同一个人",
                by=self.people[1],
                key=fresh_key(),
            ),
        )

    @rule(shop=where, earning_terms=some.sampled_from(TERMS_SAMPLES))
    def change_terms(self, shop, earning_terms):
        if self.model.terms["xyz"[shop]][-1] == (self.model.now, earning_terms):
            return
        self.both(
            lambda: self.model.set_terms("xyz"[shop], earning_terms),
            lambda: loyalty.set_terms(
                merchant=self.stores[shop].merchant,
                earning_terms=loyalty.EarningTerms(
                    earn_points=earning_terms.points,
                    earn_per_fen=earning_terms.per_fen,
                    price_milli_fen=earning_terms.price,
                    validity_months=earning_terms.months,
                    pending_days=earning_terms.wait,
                ),
                start=self.model.now,
            ),
        )

    @precondition(lambda self: self.model.breakage[-1][0] < self.model.now)
    @rule(party=some.sampled_from([None, "alliance", "fund"]))
    def change_breakage(self, party):
        beneficiary = self.parties.get(party)
        policy = loyalty.AlliancePolicyValues(breakage_to=beneficiary and beneficiary.pk)
        self.both(
            lambda: self.model.set_breakage(party),
            lambda: loyalty.set_alliance_policy(policy=policy, start=self.model.now),
        )

    # -- settling ----------------------------------------------------------------------------------

    @rule(member=who, shop=where, elsewhere=where, fen=some.integers(1_000, 30_000))
    def a_day_is_settled(self, member, shop, elsewhere, fen):
        """A purchase, a spending of a part of it elsewhere, and the books of that day are closed."""
        self.earn(member, shop, fen, late=0, known=False, index=0)
        self.spend(member, elsewhere, max(fen // 700, 1))
        self.model.advance(naive.days_on(self.model.now, 1) + timedelta(hours=1))
        self.the_books_are_closed()

    @rule()
    def the_books_are_closed(self):
        """Everything up to yesterday is settled; what the sweep has still to write comes first."""
        proposer, approver = self.people
        last = last_cycle()
        yesterday = clock.business_day(self.model.now) - timedelta(days=1)
        if last is not None and clock.business_day(last.ends_at) > yesterday:
            return
        with clock.travel_to(self.model.now):
            loyalty.sweep_accounts()
            first = clock.business_day(BEGIN) if last is None else None
            cycle = settlement.open_cycle(
                last_day=yesterday, first_day=first and min(first, yesterday), by=proposer
            )
            # The machine runs in one transaction, which ends only when all is forgotten.
            with patch("loyalty.settlement.services.close.horizon_now", lambda: 2**62):
                settlement.propose_close(cycle=cycle, by=proposer)
            settlement.approve_close(cycle=cycle, by=approver)
        self.compare_settlement()

    # -- what must hold ----------------------------------------------------------------------------

    @invariant()
    def the_ledger_is_what_the_model_says(self):
        assert invariants.findings(POINTS_QUERIES) == []
        self.compare_balances()
        with clock.travel_to(self.model.now), transaction.atomic():
            loyalty.sweep_accounts()
            assert invariants.findings(POINTS_QUERIES) == []
            self.compare_balances()
            self.compare_rows()
            self.compare_what_was_refunded()
            assert {
                (self.names[position.issuer], self.names[position.redeemer]): (
                    position.points,
                    position.milli_fen,
                )
                for position in queries.clearing()
            } == self.model.claims()
            transaction.set_rollback(True)
