"""The machine's steps that refund purchases and undo earnings, alone and behind other steps."""

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from district.kernel import clock
from loyalty import services as loyalty
from loyalty.models import Receipt
from tests.factories.loyalty import fresh_key, return_goods
from tests.loyalty.model import naive
from tests.loyalty.model.machine import JUMPS, money, part, share, where, which, who


class RefundSteps:
    """Steps of `LedgerModelRun`."""

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
        receipt, row = self.pick([pair for pair in self.receipts if pair[0].granted], index)
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

    @precondition(lambda self: any(made.granted for made, _ in self.receipts))
    @rule(index=which, member=who, fen=some.one_of(some.none(), money))
    def a_bill_of_the_wrong_member(self, index, member, fen):
        """Taken back whole, and reported again: for another member or the same, perhaps with another sum."""
        self.undo_earning(index)
        receipt, _row = self.pick([pair for pair in self.receipts if pair[0].granted], index)
        self.report(member, "xyz".index(receipt.merchant), receipt.no, fen or receipt.paid)

    @precondition(lambda self: self.spendings)
    @rule(member=who, into=who, index=which, how=part)
    def a_spending_is_undone_after_a_merger(self, member, into, index, how):
        self.merge(member, into, seldom=0)
        self.give_back(index, how)

    @precondition(lambda self: self.receipts)
    @rule(index=which, jump=some.sampled_from(["three weeks", "forty days"]), how=part)
    def points_end_and_then_the_purchase_is_refunded(self, index, jump, how):
        self.model.advance(self.model.now + JUMPS[jump])
        self.refund(index, how or "rest")

    @precondition(lambda self: self.receipts)
    @rule(index=which, how=some.sampled_from(["all", "half", "rest"]))
    def a_preview_changes_nothing(self, index, how):
        receipt, row = self.pick(self.receipts, index)
        left = receipt.paid - receipt.refunded
        fen = left if how == "rest" else share(receipt.paid, how)
        if not 0 < fen <= left:
            return
        with clock.travel_to(self.model.now):
            arguments = {"receipt": Receipt.objects.get(pk=row.pk), "store": row.store, "fen": fen}
            preview = loyalty.preview_refund(**arguments, actor="till:1")
        rate = naive.Fraction(receipt.terms.points, receipt.terms.per_fen)
        due = receipt.granted - receipt.taken - int(rate * (left - fen))
        assert preview.own + preview.other + preview.owed + preview.ended == due
        assert preview.left_fen == left - fen
