"""Whatever the district does, in whatever order: the ledger is what a naive model of it says.

After every step no audit query finds anything, and what members have, every lot, debt and line, and
what merchants owe each other equal the model, both as a reader sees it before any sweep and after one.
"""

import os
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from district.kernel import clock
from district.kernel.errors import DomainError
from district.members.models import Member
from district.merchants import services as merchants
from district.merchants.models import Merchant
from loyalty import audits, queries
from loyalty import services as loyalty
from loyalty.models import (
    Debt,
    Hold,
    Lot,
    ParkedRefund,
    PointsAccount,
    Receipt,
    Transfer,
)
from tests.factories.loyalty import (
    capture,
    fresh_key,
    make_counter,
    pay,
    return_goods,
    set_aside,
    void,
)
from tests.factories.members import make_member, make_operator, make_staff
from tests.factories.merchants import make_merchant
from tests.loyalty.model import naive

LONG = int(os.environ.get("LIFE_EXAMPLES", "300"))
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
OFFERS = [
    naive.Terms(),
    naive.Terms(points=3, per_fen=250, price=850, months=1),
    naive.Terms(price=333, months=2, wait=1),
    naive.Terms(points=1, per_fen=1000, price=0, months=1, wait=3),
    naive.Terms(points=7, per_fen=300, price=1500, months=1, wait=2),
    naive.Terms(points=0),
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


class Life(RuleBasedStateMachine):
    """One district in the database and one in the model, driven side by side."""

    members: list
    stores: list
    people: tuple
    parties: dict

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.model = naive.District(["a", "b", "c"], ["x", "y", "z"], BEGIN)
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
            made, told = in_model(), "done"
        except naive.Refused as refusal:
            made, told = None, refusal.code
        try:
            with clock.moved_to(self.model.now), transaction.atomic():
                posted, said = in_ledger(), "done"
        except DomainError as refusal:
            posted, said = None, refusal.code
        assert said == told
        return (made, posted) if told == "done" else None

    def fresh(self):
        self.number += 1
        return f"N{self.number}"

    def pick(self, things, index):
        return things[index % len(things)]

    @initialize(offers=some.lists(some.sampled_from(OFFERS), min_size=3, max_size=3))
    def begin(self, offers):
        for shop, offer in enumerate(offers):
            self.change_terms(shop, offer)

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
        with clock.moved_to(self.model.now):
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
        waiting = [one for one in self.model.parked if one.waits]
        no = self.fresh()
        if known and waiting:
            one = self.pick(waiting, index)
            shop, no = "xyz".index(one.merchant), one.no
        made = self.both(
            lambda: self.model.earn("abc"[member], "xyz"[shop], no, fen, paid_at),
            lambda: loyalty.earn_points(
                store=self.stores[shop],
                member=self.members[member],
                bill=loyalty.Bill(receipt_no=no, paid_fen=fen, paid_at=paid_at, source="till"),
                actor="till:1",
                key=fresh_key(),
            ),
        )
        if made:
            self.receipts.append(made)

    @rule(member=who, shop=where, points=points_asked)
    def spend(self, member, shop, points):
        made = self.both(
            lambda: self.model.spend("abc"[member], "xyz"[shop], points),
            lambda: pay(self.members[member], self.stores[shop], points=points),
        )
        if made:
            self.spendings.append(made)

    @precondition(lambda self: self.spendings)
    @rule(index=which, how=part)
    def give_back(self, index, how):
        spending, transfer = self.pick(self.spendings, index)
        points = None if how is None else share(spending.points, how)
        store = next(one for one in self.stores if one.pk == transfer.store_id)
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
            lambda: set_aside(
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

    # -- refunds ---------------------------------------------------------------------------------

    @precondition(lambda self: self.receipts)
    @rule(index=which, how=some.sampled_from(["all", "half", "one", "more", "rest", "rest"]))
    def refund(self, index, how):
        receipt, row = self.pick(self.receipts, index)
        left = max(receipt.paid - receipt.refunded, 1)
        fen = left if how == "rest" else share(receipt.paid, how)
        self.both(
            lambda: self.model.refund(receipt.merchant, receipt.no, fen),
            lambda: return_goods(row.store, receipt.no, fen=fen),
        )

    @rule(shop=where, fen=money)
    def refund_before_its_receipt(self, shop, fen):
        no = self.fresh()
        self.both(
            lambda: self.model.refund("xyz"[shop], no, fen),
            lambda: return_goods(self.stores[shop], no, fen=fen),
        )

    @precondition(lambda self: any(made.granted for made, _ in self.receipts))
    @rule(index=which)
    def undo_earning(self, index):
        receipt, row = self.pick([one for one in self.receipts if one[0].granted], index)
        self.both(
            lambda: self.model.undo_earning(receipt),
            lambda: loyalty.reverse_transfer(
                transfer=Receipt.objects.get(pk=row.pk).transfer,
                store=row.store,
                reason="扫错会员码",
                actor="till:1",
                key=fresh_key(),
            ),
        )

    @precondition(lambda self: self.receipts)
    @rule(index=which, how=some.sampled_from(["all", "half", "rest"]))
    def a_preview_changes_nothing(self, index, how):
        receipt, row = self.pick(self.receipts, index)
        left = receipt.paid - receipt.refunded
        fen = left if how == "rest" else share(receipt.paid, how)
        if not 0 < fen <= left:
            return
        with clock.moved_to(self.model.now):
            asked = {"receipt": Receipt.objects.get(pk=row.pk), "store": row.store, "fen": fen}
            preview = loyalty.preview_refund(**asked, actor="till:1")
        rate = naive.Fraction(receipt.terms.points, receipt.terms.per_fen)
        due = receipt.granted - receipt.taken - int(rate * (left - fen))
        assert preview.own + preview.other + preview.owed == due
        assert preview.left_fen == left - fen

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

    @rule(shop=where, offer=some.sampled_from(OFFERS))
    def change_terms(self, shop, offer):
        if self.model.terms["xyz"[shop]][-1] == (self.model.now, offer):
            return
        self.both(
            lambda: self.model.set_terms("xyz"[shop], offer),
            lambda: loyalty.set_terms(
                merchant=self.stores[shop].merchant,
                offer=loyalty.Offer(
                    earn_points=offer.points,
                    earn_per_fen=offer.per_fen,
                    price_milli_fen=offer.price,
                    validity_months=offer.months,
                    pending_days=offer.wait,
                ),
                start=self.model.now,
            ),
        )

    @precondition(lambda self: self.model.breakage[-1][0] < self.model.now)
    @rule(party=some.sampled_from([None, "alliance", "fund"]))
    def change_breakage(self, party):
        rules = loyalty.Rules(breakage_to=self.parties.get(party))
        self.both(
            lambda: self.model.set_breakage(party),
            lambda: loyalty.set_rules(rules=rules, start=self.model.now),
        )

    # -- what must hold ----------------------------------------------------------------------------

    @invariant()
    def the_ledger_is_what_the_model_says(self):
        assert list(audits.offences()) == []
        self.compare_balances()
        with clock.moved_to(self.model.now), transaction.atomic():
            loyalty.sweep_accounts()
            assert list(audits.offences()) == []
            self.compare_balances()
            self.compare_rows()
            self.compare_what_was_refunded()
            assert {
                (self.names[one.issuer], self.names[one.redeemer]): (one.points, one.milli_fen)
                for one in queries.clearing()
            } == self.model.claims()
            transaction.set_rollback(True)

    def compare_balances(self):
        for member, purse in zip(self.members, self.model.purses.values(), strict=True):
            assert queries.balance_of(member, self.model.now) == queries.Balance(
                available=purse.available, held=purse.held, pending=purse.pending, debt=purse.debt
            )

    def compare_rows(self):
        lots = {member.pk: [] for member in self.members}
        for lot in Lot.objects.order_by("pk"):
            lots[lot.account_id].append(
                (
                    self.names[lot.issuer_id],
                    lot.price_milli_fen,
                    lot.granted,
                    lot.remaining,
                    lot.active_from,
                    lot.expires_at,
                    lot.pending,
                )
            )
        debts = {member.pk: [] for member in self.members}
        for debt in Debt.objects.order_by("at", "pk"):
            debts[debt.account_id].append((self.names[debt.carrier_id], debt.points - debt.repaid))
        lines = {member.pk: [] for member in self.members}
        for line in Transfer.objects.order_by("seq"):
            lines[line.account_id].append((line.kind, line.points, line.available_after))
        for member, purse in zip(self.members, self.model.purses.values(), strict=True):
            assert lines[member.pk] == purse.lines
            assert lots[member.pk] == [
                (lot.issuer, lot.price, lot.granted, lot.left, lot.comes, lot.ends, lot.waiting)
                for lot in purse.lots
            ]
            assert debts[member.pk] == [
                (debt.carrier, debt.open)
                for debt in sorted(purse.debts, key=lambda debt: debt.since)
            ]
        heirs = dict(PointsAccount.objects.values_list("pk", "merged_into"))
        owners = {
            id(purse): pk for pk, purse in zip(self.pks, self.model.purses.values(), strict=True)
        }
        for pk, purse in zip(self.pks, self.model.purses.values(), strict=True):
            assert heirs.get(pk) == (owners[id(purse.heir)] if purse.heir else None)

    @property
    def pks(self):
        return [member.pk for member in self.members]

    def compare_what_was_refunded(self):
        states = dict(Hold.objects.values_list("pk", "state"))
        assert {row.pk: held.state for held, row in self.holds} == states
        assert {
            (self.names[row.merchant_id], row.receipt_no): (
                row.refunded_fen,
                row.granted,
                row.clawed,
            )
            for row in Receipt.objects.all()
        } == {
            (one.merchant, one.no): (one.refunded, one.granted, one.taken)
            for one in self.model.receipts
        }
        assert [
            state == "waiting"
            for state in ParkedRefund.objects.order_by("pk").values_list("state", flat=True)
        ] == [one.waits for one in self.model.parked]


@pytest.fixture
def life(db):
    """The machine with its people and shops, which every example shares."""

    class Bound(Life):
        members = [make_member(name) for name in ("甲", "乙", "丙")]
        stores = [make_counter() for _ in range(3)]
        people = (make_staff("tichu"), make_operator("fuhe"))
        parties = {
            "alliance": merchants.alliance_party(),
            "fund": make_merchant(kind=Merchant.Kind.FUND),
        }

    return Bound


COMMON = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def test_some_lives(life):
    """The same examples at every run; many more below."""
    run_state_machine_as_test(
        life,
        settings=settings(
            COMMON,
            max_examples=12,
            stateful_step_count=20,
            derandomize=True,
            # Shrinking takes minutes; the long test does it.
            phases=[Phase.generate],
        ),
    )


@pytest.mark.slow
def test_many_lives(life):
    run_state_machine_as_test(
        life, settings=settings(COMMON, max_examples=LONG, stateful_step_count=40, print_blob=True)
    )
