"""The points of a district kept with lists and loops, by somebody who has only read what is promised.

Nothing of loyalty is imported, not even its arithmetic. Where the ledger is lazy, this is eager: what
falls due happens as the clock passes it. It raises ModelRefusal before it changes anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from itertools import count

from tests.loyalty.model.naive_clearing import ModelClearing
from tests.loyalty.model.naive_refunds import ModelRefunds
from tests.loyalty.model.naive_types import (
    SHANGHAI,
    ModelAccount,
    ModelDebt,
    ModelDraw,
    ModelHold,
    ModelLot,
    ModelReceipt,
    ModelRefusal,
    ModelSpending,
    ModelTerms,
    days_on,
    months_on,
)


class ModelLedger(ModelRefunds, ModelClearing):
    """Everybody's points; `merchants` and `members` are names."""

    def __init__(self, members, merchants, now):
        self.now = self.instant = now
        # Who takes whose points at which instant, and, below zero, gives them back.
        self.journal = []
        self.accounts = {name: ModelAccount() for name in members}
        self.terms = {
            name: [(datetime(2005, 1, 1, tzinfo=SHANGHAI), ModelTerms())] for name in merchants
        }
        self.breakage = [(datetime(2005, 1, 1, tzinfo=SHANGHAI), None)]
        self.takes = []
        self.receipts = []
        self.parked = []
        self.numbers = count(1)

    # -- time ------------------------------------------------------------------------------------

    def advance(self, to):
        for account in self.accounts.values():
            while due := self._next(account, to):
                self.instant, happen = due
                happen()
        self.now = self.instant = to

    def _next(self, account, to):
        """The first thing that happens to an account up to an instant: ends before releases before starts."""
        due_acts = []
        for lot in account.lots:
            if lot.left and not lot.waiting:
                due_acts.append((lot.ends, 1, 0, lambda at=lot.ends: self._expire(account, at)))
            if lot.waiting:
                due_acts.append((lot.comes, 3, 0, lambda at=lot.comes: self._activate(account, at)))
        for turn, hold in enumerate(account.holds):
            if hold.state == "open":
                due_acts.append((hold.until, 2, turn, lambda hold=hold: self._time_out(hold)))
        due_acts = sorted(
            (thing for thing in due_acts if thing[0] <= to), key=lambda thing: thing[:3]
        )
        return (due_acts[0][0], due_acts[0][3]) if due_acts else None

    def _expire(self, account, at):
        (party,) = [to for since, to in self.breakage if since <= at][-1:]
        points = 0
        for lot in account.spendable():
            if lot.ends == at:
                points += lot.left
                lot.ended += lot.left
                self._take(lot, lot.left, party or lot.issuer)
        account.write("expire", points)
        self._repay(account)

    def _activate(self, account, at):
        points = 0
        for lot in account.lots:
            if lot.waiting and lot.comes == at:
                lot.waiting = False
                points += lot.left
        if points:
            account.write("activate", points)
        self._repay(account)

    def _time_out(self, hold):
        self._end(hold, "timed_out", 0, hold.until)
        self._repay(hold.account)

    # -- what everything is made of -----------------------------------------------------------------

    def _take(self, lot, points, to):
        lot.left -= points
        take = ModelDraw(lot, to, points)
        self.takes.append(take)
        self._note(lot, to, points)
        return take

    def _note(self, lot, to, points, at=None):
        self.journal.append((at or self.instant, lot.issuer, to, points, lot.price))

    def _take_oldest(self, account, points, to):
        takes = []
        for lot in account.spendable():
            part = min(points, lot.left)
            if part:
                takes.append(self._take(lot, part, to))
                points -= part
        assert points == 0
        return takes

    def _repay(self, account):
        for debt in sorted(account.debts, key=lambda debt: debt.since):
            points = min(debt.open, account.available)
            if points:
                self._take_oldest(account, points, debt.carrier)
                debt.open -= points
                account.write("repay", points)

    def _lot(self, account, issuer, price, points, comes, ends, waiting=False, root=None):
        lot = ModelLot(
            next(self.numbers), issuer, price, points, points, comes, ends, waiting, root
        )
        account.lots.append(lot)
        return lot

    def _heir(self, account):
        while account.heir:
            account = account.heir
        return account

    def _usable(self, member, points):
        account = self.accounts[member]
        if account.heir:
            raise ModelRefusal("account_merged")
        if account.available < points:
            raise ModelRefusal("insufficient_points")
        return account

    # -- verbs -----------------------------------------------------------------------------------

    def set_terms(self, merchant, terms):
        if self.terms[merchant][-1][0] >= self.now:
            raise ModelRefusal("terms_overlap")
        self.terms[merchant].append((self.now, terms))

    def set_breakage(self, party):
        self.breakage.append((self.now, party))

    def earn(self, member, merchant, no, fen, paid_at):
        account = self.accounts[member]
        *_, terms = [terms for since, terms in self.terms[merchant] if since <= paid_at]
        points = int(Fraction(terms.points, terms.per_fen) * fen)
        if points and account.heir:
            raise ModelRefusal("account_merged")
        if any(not receipt.freed for receipt in self._receipts_of_number(merchant, no)):
            raise ModelRefusal("receipt_already_posted")
        lot = None
        if points:
            comes = days_on(self.now, terms.wait) if terms.wait else self.now
            ends = months_on(self.now, terms.months)
            lot = self._lot(
                account, merchant, terms.price, points, comes, ends, waiting=comes > self.now
            )
            account.write("earn", points)
            self._repay(account)
        receipt = ModelReceipt(account, merchant, no, fen, terms, lot, points)
        self.receipts.append(receipt)
        for parked in self.parked:
            fits = parked.waits and (parked.merchant, parked.no) == (merchant, no)
            if fits and parked.fen <= receipt.paid - receipt.refunded:
                parked.waits = False
                self._refund(receipt, parked.fen)
        return receipt

    def spend(self, member, merchant, points):
        account = self._usable(member, points)
        spending = ModelSpending(account, points, self._take_oldest(account, points, merchant))
        account.write("spend", points)
        return spending

    def hold(self, member, merchant, points, minutes, grace):
        account = self._usable(member, points)
        parts, left = [], points
        for lot in account.spendable():
            part = min(left, lot.left)
            if part:
                lot.left -= part
                left -= part
                parts.append((lot, part))
        hold = ModelHold(
            account, merchant, points, grace, self.now + timedelta(minutes=minutes), parts
        )
        account.holds.append(hold)
        account.write("hold", points)
        return hold

    def capture(self, hold, points):
        if hold.state != "open":
            raise ModelRefusal("hold_not_open")
        if points > hold.points:
            raise ModelRefusal("hold_too_small")
        self._end(hold, "captured", points, self.now)
        self._repay(hold.account)

    def void(self, hold):
        if hold.state != "open":
            raise ModelRefusal("hold_not_open")
        self._end(hold, "voided", 0, self.now)
        self._repay(hold.account)

    def _end(self, hold, state, points, at):
        account, back, takes = hold.account, [], []
        hold.state = state
        if state == "captured":
            account.write("capture", points)
        for lot, held in hold.parts:
            used = min(points, held)
            points -= used
            if used:
                takes.append(ModelDraw(lot, hold.merchant, used))
                self._note(lot, hold.merchant, used)
            if held > used and lot.ends > at:
                back.append((lot, held - used))
            elif held > used:
                # It leaves the dead lot for its own issuer and goes on in a new one.
                ends = days_on(at, 1 + hold.grace)
                self._lot(account, lot.issuer, lot.price, held - used, at, ends, root=lot.first)
                account.write("grace", held - used)
        for lot, points_back in back:
            lot.left += points_back
        if back:
            account.write("release", sum(points_back for _, points_back in back))
        self.takes += takes
        if state == "captured":
            hold.spending = ModelSpending(account, sum(take.points for take in takes), takes)

    def adjust(self, member, merchant, points):
        terms = self.terms[merchant][-1][1]
        account = self._heir(self.accounts[member])
        if account.available + points < 0:
            raise ModelRefusal("insufficient_points")
        if points > 0:
            ends = months_on(self.now, terms.months)
            self._lot(account, merchant, terms.price, points, self.now, ends)
            account.write("adjust_up", points)
            self._repay(account)
        else:
            self._take_oldest(account, -points, merchant)
            account.write("adjust_down", -points)

    def merge(self, member, into):
        source, target = self.accounts[member], self.accounts[into]
        if source.heir or target.heir:
            raise ModelRefusal("account_merged")
        if source.held:
            raise ModelRefusal("account_holds_points")
        self._move_lots(source, target)
        for debt in source.debts:
            if debt.open:
                source.write("merge_out", debt.open)
                target.write("merge_in", debt.open)
                target.debts.append(ModelDebt(debt.carrier, debt.open, debt.since, debt.receipt))
                debt.open = 0
        self._repay(target)
        source.heir = target

    def _move_lots(self, source, target):
        for lot in sorted(source.lots, key=lambda lot: (lot.ends, lot.number)):
            points, waiting = lot.left, lot.waiting
            if points:
                self._take(lot, points, lot.issuer)
                source.write("merge_out", points)
                self._lot(
                    target, lot.issuer, lot.price, points, lot.comes, lot.ends, waiting, lot.first
                )
                target.write("merge_in", points)
            lot.waiting = False
