"""The naive model: what is given back and taken back, in whatever order it comes."""

from __future__ import annotations

from fractions import Fraction

from tests.loyalty.model.naive_types import ModelDebt, ModelParkedRefund, ModelRefusal


class ModelRefunds:
    """The part of the model that undoes spendings and earnings and refunds purchases."""

    def give_back(self, spending, points=None):
        """The till undoes a spending: all of it once, or a part as often as something is left."""
        account, heir = spending.account, self._heir(spending.account)
        left = spending.points - spending.returned
        if not left or (points is None and spending.returned) or (points or 0) > left:
            raise ModelRefusal("transfer_not_reversible")
        kind = "return_spend" if points else "reverse_spend"
        total = rest = points or left
        spending.returned += total
        for take in reversed(spending.takes):
            part = min(rest, take.points - take.back)
            take.back += part
            take.lot.left += part
            rest -= part
            self._note(take.lot, take.to, -part)
        account.write(kind, total)
        if account is not heir:
            self._move_lots(account, heir)
        account = heir
        self._make_good(account)
        for day in sorted({lot.ends for lot in account.spendable() if lot.ends <= self.now}):
            dead = [lot for lot in account.spendable() if lot.ends == day]
            (party,) = [to for since, to in self.breakage if since <= day][-1:]
            points_dead = sum(lot.left for lot in dead)
            self.instant = day
            for lot in dead:
                lot.ended += lot.left
                self._take(lot, lot.left, party or lot.issuer)
            self.instant = self.now
            account.write("expire", points_dead)
        self._repay(account)

    def _make_good(self, account):
        """Dead points that came back pay what is owed of their own purchase before they end."""
        for debt in sorted(account.debts, key=lambda debt: debt.since):
            for lot in account.spendable():
                if lot.ends <= self.now and lot.first is debt.receipt.lot:
                    points = min(debt.open, lot.left)
                    if points:
                        self._take(lot, points, debt.carrier)
                        debt.open -= points
                        account.write("repay", points)

    def _receipts_of_number(self, merchant, no):
        """The receipts of a number, the one that stands first."""
        receipts = [
            receipt for receipt in self.receipts if (receipt.merchant, receipt.no) == (merchant, no)
        ]
        return sorted(receipts, key=lambda receipt: receipt.freed)

    def refund(self, merchant, no, fen):
        """A refund as the till reports it; one whose receipt is unknown waits. True when it was posted."""
        for receipt in self._receipts_of_number(merchant, no)[:1]:
            if fen > receipt.paid - receipt.refunded:
                raise ModelRefusal("refund_exceeds_payment")
            self._refund(receipt, fen)
            return True
        self.parked.append(ModelParkedRefund(merchant, no, fen))
        return False

    def undo_earning(self, receipt):
        left = receipt.paid - receipt.refunded
        if not left or receipt.granted == receipt.taken:
            raise ModelRefusal("transfer_not_reversible")
        self._refund(receipt, left, kind="reverse_earn")
        known = self._receipts_of_number(receipt.merchant, receipt.no)
        receipt.freed = left == receipt.paid and not any(
            known_receipt.freed for known_receipt in known
        )

    def _refund(self, receipt, fen, kind="clawback"):
        account = self._heir(receipt.account)
        receipt.refunded += fen
        rate = Fraction(receipt.terms.points, receipt.terms.per_fen)
        due = int(rate * (receipt.paid - receipt.refunded))
        points = max(receipt.granted - receipt.taken - due, 0)
        receipt.taken += points
        family = [lot for account in self.accounts.values() for lot in account.lots]
        ended = sum(lot.ended for lot in family if receipt.lot and lot.first is receipt.lot)
        gone = min(points, ended - receipt.gone)
        receipt.gone += gone
        points -= gone
        undoes = kind == "reverse_earn"
        if undoes and not points:
            account.write(kind, 0)
        mine = [
            lot for lot in account.lots if receipt.lot and lot.first is receipt.lot and lot.left
        ]
        mine.sort(key=lambda lot: (lot.ends, lot.number))
        waited = 0
        for lot in mine:
            if lot.waiting:
                part = min(points, lot.left)
                self._take(lot, part, lot.issuer)
                points -= part
                waited += part
        if waited:
            account.write(kind, waited)
            kind = "clawback"
        spendable = 0
        for lot in mine:
            if not lot.waiting:
                part = min(points, lot.left)
                self._take(lot, part, lot.issuer)
                points -= part
                spendable += part
        other = min(points, account.available)
        self._take_oldest(account, other, receipt.merchant)
        points -= other
        if spendable + other:
            account.write(kind, spendable + other)
            kind = "clawback"
        if points:
            account.debts.append(ModelDebt(receipt.merchant, points, self.now, receipt))
            account.write("owe" if kind == "clawback" else kind, points)
