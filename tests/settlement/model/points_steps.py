"""The machine's steps that move points, and what apps above book."""

from datetime import timedelta

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from district.kernel import clock
from district.members.models import Member
from loyalty import services as loyalty
from loyalty.models import MerchantTerms, Receipt
from loyalty.services.set_terms import EarningTerms
from tests.factories.loyalty import (
    buy,
    capture,
    fresh_key,
    make_hold,
    pay_points,
    return_goods,
    undo,
)
from tests.factories.settlement import book
from tests.settlement.model.machine_base import (
    ALLIANCE,
    JUMPS,
    MEMBERS,
    SHOPS,
    money,
    party,
    points_asked,
    where,
    which,
    who,
)


class PointsSteps:
    """Steps of `SettlementMachine`."""

    @rule(jump=some.sampled_from(JUMPS))
    def time_passes(self, jump):
        self.advance(self.model.now + jump)

    @rule(
        member=who,
        shop=where,
        elsewhere=where,
        points=points_asked,
        fen=money,
        how=some.sampled_from(["spend", "spend", "hold", "earn", "both"]),
        minutes=some.sampled_from([20, 3_000]),
    )
    def pay(self, member, shop, elsewhere, points, fen, how, minutes):
        if how in ("earn", "both"):
            self.earn(member, shop, fen)
        if how in ("spend", "both"):
            self.spend(member, elsewhere, points)
        if how == "hold":
            self.hold(member, elsewhere, points, minutes)

    @precondition(lambda self: self.spendings or self.holds)
    @rule(
        act=some.sampled_from(["capture", "give back", "give back", "refund", "undo", "merge"]),
        index=which,
        how=some.sampled_from(["all", "half", "rest", "more"]),
    )
    def go_on(self, act, index, how):
        """Something happens to what was bought, held or spent before."""
        if act == "capture" and self.holds:
            self.capture(index, how)
        elif act == "give back" and self.spendings:
            self.give_back(index, how)
        elif act == "refund":
            self.refund(index, how)
        elif act == "undo":
            self.undo_earning(index)
        elif act == "merge" and self.spendings and index % 3 == 0:
            self.merge_and_give_back(index, index % 2)

    @rule(
        shop=where,
        days=some.sampled_from([0, 0, 1, 3, 12]),
        fee=some.sampled_from([0, 150, 777]),
        months=some.sampled_from([1, 24]),
        to=some.sampled_from([None, ALLIANCE, ALLIANCE]),
    )
    def change_rules(self, shop, days, fee, months, to):
        self.change_terms(shop, days, fee, months)
        if self.model.points.breakage[-1][0] < self.model.now:
            self.change_breakage(to)

    def earn(self, member, shop, fen):
        no = self.fresh()
        made = self.both(
            lambda: self.model.points.earn(MEMBERS[member], SHOPS[shop], no, fen, self.model.now),
            lambda: buy(self.members[member], self.stores[shop], fen=fen, no=no),
        )
        if made:
            self.receipts.append(made)

    def spend(self, member, shop, points):
        made = self.both(
            lambda: self.model.points.spend(MEMBERS[member], SHOPS[shop], points),
            lambda: pay_points(self.members[member], self.stores[shop], points=points),
        )
        if made:
            self.spendings.append(made)

    def hold(self, member, shop, points, minutes):
        made = self.both(
            lambda: self.model.points.hold(MEMBERS[member], SHOPS[shop], points, minutes, 7),
            lambda: make_hold(
                self.members[member], self.stores[shop], points=points, minutes=minutes
            ),
        )
        if made:
            self.holds.append(made)

    def capture(self, index, how):
        held, row = self.pick(self.holds, index)
        points = held.points if how == "all" else max(held.points // 2, 1)
        made = self.both(
            lambda: self.model.points.capture(held, points), lambda: capture(row, points=points)
        )
        if made:
            self.spendings.append((held.spending, made[1].spent))

    def give_back(self, index, how):
        spending, transfer = self.pick(self.spendings, index)
        points = {
            "all": None,
            "half": max(spending.points // 2, 1),
            "rest": max(spending.points - spending.returned, 1),
            "more": spending.points + 1,
        }[how]
        store = self.stores[SHOPS.index(spending.merchant)]
        self.both(
            lambda: self.model.points.give_back(spending, points),
            lambda: undo(transfer, store, points=points),
        )

    def refund(self, index, how):
        receipt, row = self.pick(self.receipts, index)
        fen = {
            "all": receipt.paid,
            "half": max(receipt.paid // 2, 1),
            "rest": max(receipt.paid - receipt.refunded, 1),
            "more": receipt.paid + 1,
        }[how]
        self.both(
            lambda: self.model.points.refund(receipt.merchant, receipt.no, fen),
            lambda: return_goods(row.store, receipt.no, fen=fen),
        )

    def undo_earning(self, index):
        receipt, row = self.pick([pair for pair in self.receipts if pair[0].granted], index)
        self.both(
            lambda: self.model.points.undo_earning(receipt),
            lambda: undo(Receipt.objects.get(pk=row.pk).transfer, row.store),
        )

    def merge_and_give_back(self, index, into):
        """A merger, and a spending of before is undone after it."""
        self.both(
            lambda: self.model.points.merge(MEMBERS[1 - into], MEMBERS[into]),
            lambda: loyalty.merge_members(
                source=Member.objects.get(pk=self.members[1 - into].pk),
                into=Member.objects.get(pk=self.members[into].pk),
                reason="同一个人",
                by=self.operators[0],
                key=fresh_key(),
            ),
        )
        self.give_back(index, "half")

    def change_breakage(self, to):
        policy = loyalty.AlliancePolicyValues(breakage_to=to and self.parties[to].pk)
        self.both(
            lambda: self.model.points.set_breakage(to),
            lambda: loyalty.set_alliance_policy(policy=policy, start=self.model.now),
        )

    def change_terms(self, shop, days, fee, months):
        """Also from an instant in the past on: the fee of what was paid since is another."""
        self.terms_from(shop, self.model.now - timedelta(days=days), fee=fee, months=months)

    def terms_from(self, shop, start, **changes):
        def in_database():
            names = {
                "price": "price_milli_fen",
                "fee": "redeem_fee_bp",
                "months": "validity_months",
            }
            last = (
                MerchantTerms.objects.filter(merchant=self.stores[shop].merchant)
                .order_by("-valid__startswith")
                .first()
            )
            values = {name: getattr(last, name) for name in names.values()}
            values |= {names[name]: value for name, value in changes.items()}
            loyalty.set_terms(
                merchant=self.stores[shop].merchant,
                earning_terms=EarningTerms(**values),
                start=start,
            )

        self.both(lambda: self.model.change_terms(SHOPS[shop], start, **changes), in_database)

    @rule(
        payer=party,
        payee=party,
        fen=some.one_of(some.integers(1, 900), some.integers(-900, -1)),
        days=some.sampled_from([0, 0, 1, 40]),
        source=some.sampled_from(["coupon", "parking"]),
    )
    def book(self, payer, payee, fen, days, source):
        """What an app above books for this instant, or late for an earlier day."""
        if payer == payee:
            return
        at, no = self.model.now - timedelta(days=days), self.fresh()

        def in_database():
            with clock.travel_to(at):
                book(self.parties[payer], self.parties[payee], fen, reference=no, source=source)

        self.both(lambda: self.model.book(source, payer, payee, fen, at), in_database)
