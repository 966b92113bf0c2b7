"""The settlement of a district kept with lists, loops and exact fractions, by somebody who has only read
what is promised. Nothing of loyalty is imported. It raises ModelRefusal before it changes anything.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from tests.loyalty.model.naive_types import SHANGHAI, ModelRefusal, midnight
from tests.settlement.model.naive_claims import NaiveClaims
from tests.settlement.model.naive_points import NaivePoints

ALLIANCE = "alliance"


@dataclass
class NaiveBooking:
    source: str
    payer: str
    payee: str
    fen: int
    at: datetime
    cycle: int | None = None


@dataclass
class NaiveCycle:
    """A stretch of days; `figures` is what it came to when its closing was proposed."""

    number: int
    starts: datetime
    ends: datetime
    state: str = "open"
    proposed_by: int | None = None
    approved_by: int | None = None
    moved_by: int | None = None
    # How many movements and bookings there were when the closing was proposed.
    movements_before: int = 0
    bookings_before: int = 0
    figures: list | None = None
    # By pair: movements, points, and in fen: owed, carried in, settled, carried out.
    lines: dict = field(default_factory=dict)
    # By payer, payee and source: bookings and fen.
    charges: dict = field(default_factory=dict)
    # By merchant, in fen: owed, carried in, settled, carried out.
    fees: dict = field(default_factory=dict)
    # By merchant: receivable, payable, fees, fees kept, credits, charges, in fen; and expired points.
    statements: dict = field(default_factory=dict)

    def net(self, merchant):
        receivable, payable, fees, kept, credits, charges, _expired = self.statements[merchant]
        return receivable - payable - fees + kept + credits + charges


class NaiveSettlement(NaiveClaims):
    """Cycles over the movements of naive points and over bookings; people are numbers."""

    def __init__(self, members, merchants, now):
        self.points = NaivePoints(members, merchants, now)
        self.bookings, self.cycles = [], []
        self.disputes, self.notes, self.payments = [], [], []
        # What of a pair and of a merchant's fee is less than a fen, and not settled yet.
        self.carried, self.fee_carried = defaultdict(Fraction), defaultdict(Fraction)

    @property
    def now(self):
        return self.points.now

    def book(self, source, payer, payee, fen, at):
        self.bookings.append(NaiveBooking(source, payer, payee, fen, at))

    def change_terms(self, merchant, start, **changes):
        """Terms of days that are settled stay as they are."""
        before = list(self.points.terms[merchant])
        self.points.change_terms(merchant, start, **changes)
        closed_until = self.last_closed_end()
        if self.points.terms[merchant] != before and closed_until and start < closed_until:
            self.points.terms[merchant] = before
            raise ModelRefusal("terms_settled")

    # -- cycles ------------------------------------------------------------------------------------

    def last_closed_end(self):
        ends = [cycle.ends for cycle in self.cycles if cycle.state == "closed"]
        return ends[-1] if ends else None

    def open_cycle(self, last_day, first_day=None):
        ends = midnight(last_day + timedelta(days=1))
        last = self.cycles[-1] if self.cycles else None
        if last and last.state != "closed":
            if last.ends == ends:
                return last
            raise ModelRefusal("cycle_still_open")
        if not last and first_day is None:
            raise ModelRefusal("cycle_needs_first_day")
        starts = last.ends if last else midnight(first_day)
        if starts >= ends:
            raise ModelRefusal("cycle_without_days")
        cycle = NaiveCycle(len(self.cycles) + 1, starts, ends)
        self.cycles.append(cycle)
        return cycle

    def move_cycle_end(self, cycle, last_day, by):
        ends = midnight(last_day + timedelta(days=1))
        if cycle.state != "open":
            raise ModelRefusal("cycle_state")
        if cycle.starts >= ends:
            raise ModelRefusal("cycle_without_days")
        cycle.ends, cycle.moved_by = ends, by

    def propose_close(self, cycle, by):
        if (cycle.state, cycle.proposed_by) == ("proposed", by):
            return
        if cycle.state != "open":
            raise ModelRefusal("cycle_state")
        if self.now < cycle.ends:
            raise ModelRefusal("cycle_not_over")
        for note in self.notes:
            if note.state == "approved" and note.cycle is None:
                note.cycle = cycle.number
        cycle.movements_before = self.points.written
        cycle.bookings_before = len(self.bookings)
        cycle.state, cycle.proposed_by = "proposed", by
        cycle.figures = self._fee_sums(cycle)

    def withdraw_close(self, cycle):
        if cycle.state == "open":
            return
        if cycle.state != "proposed":
            raise ModelRefusal("cycle_state")
        for note in self.notes:
            if note.cycle == cycle.number:
                note.cycle = None
        cycle.state, cycle.proposed_by, cycle.figures = "open", None, None

    def approve_close(self, cycle, by):
        if (cycle.state, cycle.approved_by) == ("closed", by):
            return
        if cycle.state != "proposed":
            raise ModelRefusal("cycle_state")
        if by in (cycle.proposed_by, cycle.moved_by):
            raise ModelRefusal("four_eyes_needed")
        # What belongs to it is fixed; only the rate at which fees are kept may have been changed since.
        if self._fee_sums(cycle) != cycle.figures:
            raise ModelRefusal("cycle_changed")
        self._write(cycle)
        cycle.state, cycle.approved_by = "closed", by

    # -- what a cycle comes to ---------------------------------------------------------------------

    def movements_of(self, cycle):
        """What lies before the horizon and the end of a proposed cycle, and was settled in none before."""
        return [
            movement
            for movement in self.points.movements[: cycle.movements_before]
            if movement.cycle is None and movement.at < cycle.ends
        ]

    def bookings_of(self, cycle):
        return [
            booking
            for booking in self.bookings[: cycle.bookings_before]
            if booking.cycle is None and booking.at < cycle.ends
        ]

    def carry(self, pair):
        return self.carried[pair]

    def _fee_of(self, movement):
        """What is received for it and a fee is kept of, and the fee, both in fen."""
        if movement.paid_at is None or movement.issuer == movement.to:
            return Fraction(0), Fraction(0)
        rate = self.points.fee_rate(movement.to, movement.paid_at)
        received = Fraction(movement.points * movement.price, 1000)
        return (received if rate else Fraction(0)), received * Fraction(rate, 10_000)

    def _fee_sums(self, cycle):
        sums = {}
        for movement in self.movements_of(cycle):
            pair = movement.issuer, movement.to
            received, fee = sums.get(pair, (0, 0))
            more = self._fee_of(movement)
            sums[pair] = received + more[0], fee + more[1]
        return sums

    def _write(self, cycle):
        """Whole fen towards nothing are settled, and the rest is carried on."""
        movements, bookings = self.movements_of(cycle), self.bookings_of(cycle)
        for pair in {(movement.issuer, movement.to) for movement in movements}:
            mine = [each for each in movements if (each.issuer, each.to) == pair]
            if pair[0] != pair[1]:
                owed = sum(Fraction(each.points * each.price, 1000) for each in mine)
                before = self.carry(pair)
                fen = int(owed + before)
                self.carried[pair] = owed + before - fen
                points = sum(each.points for each in mine)
                cycle.lines[pair] = (len(mine), points, owed, before, fen, self.carried[pair])
        for merchant in {movement.to for movement in movements}:
            owed = sum(self._fee_of(each)[1] for each in movements if each.to == merchant)
            before = self.fee_carried[merchant]
            fen = int(owed + before)
            self.fee_carried[merchant] = owed + before - fen
            cycle.fees[merchant] = owed, before, fen, self.fee_carried[merchant]
        for booking in bookings:
            key = booking.payer, booking.payee, booking.source
            number, fen = cycle.charges.get(key, (0, 0))
            cycle.charges[key] = number + 1, fen + booking.fen
        self._write_statements(cycle, movements)
        for each in [*movements, *bookings]:
            each.cycle = cycle.number

    def _write_statements(self, cycle, movements):
        sums = defaultdict(lambda: [0] * 7)
        for (issuer, redeemer), (*_, fen, _carry) in cycle.lines.items():
            sums[redeemer][0] += fen
            sums[issuer][1] += fen
        for merchant, (_owed, _before, fen, _carry) in cycle.fees.items():
            sums[merchant][2] += fen
            sums[ALLIANCE][3] += fen
        for note in self.notes:
            if note.cycle == cycle.number:
                sums[note.payee][4] += note.fen
                sums[note.payer][4] -= note.fen
        for (payer, payee, _source), (_number, fen) in cycle.charges.items():
            sums[payee][5] += fen
            sums[payer][5] -= fen
        for movement in movements:
            if movement.expired:
                sums[movement.issuer][6] += movement.points
        cycle.statements = {name: tuple(figures) for name, figures in sums.items() if any(figures)}

    # -- what all cycles come to -------------------------------------------------------------------

    def require_nothing_lost(self):
        """What was settled of a pair and is carried is what was drawn and not given back, exactly."""
        claims = {
            pair: Fraction(milli_fen, 1000)
            for pair, (_points, milli_fen) in self.points.claims().items()
        }
        for movement in self.points.movements:
            if movement.cycle is None:
                pair = movement.issuer, movement.to
                price = Fraction(movement.price, 1000)
                claims[pair] = claims.get(pair, 0) - movement.points * price
        pairs = {pair for cycle in self.cycles for pair in cycle.lines}
        for issuer, to in pairs | claims.keys():
            if issuer != to:
                fen = sum(
                    cycle.lines[issuer, to][4]
                    for cycle in self.cycles
                    if (issuer, to) in cycle.lines
                )
                assert fen + self.carried[issuer, to] == claims.get((issuer, to), 0)
                assert abs(self.carried[issuer, to]) < 1


def shanghai_day(at):
    return at.astimezone(SHANGHAI).date()
