"""The points under the naive settlement: the naive ledger, and of each movement what the settlement asks.

It imports nothing of loyalty, no more than the naive ledger does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tests.loyalty.model.naive import ModelLedger
from tests.loyalty.model.naive_types import SHANGHAI, ModelRefusal, ModelTerms

LONG_AGO = datetime(2005, 1, 1, tzinfo=SHANGHAI)


@dataclass
class FeeTerms(ModelTerms):
    """Terms, and the hundredths of a percent that the alliance keeps of what is received for points."""

    fee: int = 0


@dataclass
class NaiveMovement:
    """Points that were taken for somebody at an instant or, below zero, given back."""

    at: datetime
    issuer: str
    to: str
    points: int
    price: int
    # When they were paid with, where they were spent; a fee is kept of nothing else.
    paid_at: datetime | None
    expired: bool
    # The number of the cycle that settled it.
    cycle: int | None = None


class NaivePoints(ModelLedger):
    """The naive ledger, which lists its movements."""

    def __init__(self, members, merchants, now):
        super().__init__(members, merchants, now)
        self.terms = {name: [(LONG_AGO, FeeTerms())] for name in merchants}
        self.movements = []
        self._spent_at = self._given_back_of = None
        self._ended = {}
        # How many movements the database has written down; the model is ahead until the sweep has run.
        self.written = 0

    def _note(self, lot, to, points, at=None):
        expired = lot.ended > self._ended.get(lot.number, 0)
        self._ended[lot.number] = lot.ended
        if points:
            paid_at = self._spent_at if points > 0 else self._given_back_of
            self.movements.append(
                NaiveMovement(
                    at or self.instant, lot.issuer, to, points, lot.price, paid_at, expired
                )
            )

    def spend(self, member, merchant, points):
        self._spent_at = self.now
        try:
            spending = super().spend(member, merchant, points)
        finally:
            self._spent_at = None
        spending.at, spending.merchant = self.now, merchant
        return spending

    def _end(self, hold, state, points, at):
        """What is taken out of a hold is spent as much as what is paid at once."""
        self._spent_at = at if state == "captured" else None
        super()._end(hold, state, points, at)
        self._spent_at = None
        if hold.spending:
            hold.spending.at, hold.spending.merchant = at, hold.merchant

    def give_back(self, spending, points=None):
        self._given_back_of = spending.at
        super().give_back(spending, points)

    def change_terms(self, merchant, start, **changes):
        since, last = self.terms[merchant][-1]
        terms = replace(last, **changes)
        if (since, last) == (start, terms):
            return
        if since >= start:
            raise ModelRefusal("terms_overlap")
        self.terms[merchant].append((start, terms))

    def fee_rate(self, merchant, at):
        return [terms.fee for since, terms in self.terms[merchant] if since <= at][-1]
