"""The machine's steps after a close: payments, disputes and credit notes."""

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from loyalty.settlement import services as settlement
from loyalty.settlement.models import Dispute, Line, Statement
from loyalty.settlement.services.credit_notes import Correction
from loyalty.settlement.services.payments import PaymentDetails
from tests.factories.loyalty import fresh_key
from tests.settlement.model.machine_base import ALLIANCE, party, people, which

DISPUTE_VERBS = {
    "upheld": lambda dispute, by: settlement.uphold_dispute(dispute=dispute, decision="是", by=by),
    "rejected": lambda dispute, by: settlement.reject_dispute(
        dispute=dispute, decision="否", by=by
    ),
    "withdrawn": lambda dispute, by: settlement.withdraw_dispute(dispute=dispute, by=by),
}
NOTE_VERBS = {
    "approved": lambda note, by: settlement.approve_credit_note(note=note, by=by),
    "rejected": lambda note, by: settlement.reject_credit_note(note=note, decision="否", by=by),
}


class ClaimsSteps:
    """Steps of `SettlementMachine`."""

    @property
    def statements(self):
        return [
            (cycle, merchant)
            for cycle in self.model.cycles
            for merchant in sorted(cycle.statements)
        ]

    @property
    def lines(self):
        return [(cycle, pair) for cycle in self.model.cycles for pair in sorted(cycle.lines)]

    @precondition(lambda self: self.statements)
    @rule(
        index=which,
        how=some.sampled_from(["rest", "half", "half", "more"]),
        right=some.sampled_from([True, True, True, False]),
        known=some.sampled_from(["B1", "B2", None, None]),
        taken_back=some.sampled_from([False, True, True]),
        people=people,
    )
    def payment(self, index, how, right, known, taken_back, people):
        """A payment is noted, and perhaps any is taken back."""
        self.record_payment(index, how, right, known, people[0])
        if taken_back and self.payments:
            self.reverse_payment(index, people[1])

    @precondition(lambda self: self.lines)
    @rule(
        index=which,
        side=some.sampled_from([0, 0, 1, 1, None]),
        other=party,
        state=some.sampled_from(["upheld", "upheld", "upheld", "rejected", "withdrawn", None]),
        people=people,
    )
    def dispute(self, index, side, other, state, people):
        """A dispute is opened, and perhaps any is decided."""
        self.open_dispute(index, side, other, people[0])
        if state and self.disputes:
            self.decide_dispute(-1 if index % 3 else index, state, people[1])

    @precondition(lambda self: self.model.cycles)
    @rule(
        index=which,
        parties=some.permutations(["x", "y", ALLIANCE]),
        fen=some.integers(1, 50),
        disputed=some.booleans(),
        state=some.sampled_from(["approved", "approved", "rejected", None]),
        people=people,
    )
    def credit_note(self, index, parties, fen, disputed, state, people):
        """A note is proposed, with a dispute or without, and perhaps any is decided."""
        if disputed and self.disputes:
            self.propose_note_for_a_dispute(index, index % 4 > 0, parties[:2], fen, people[0])
        else:
            self.propose_note(index, *parties[:2], fen, people[0])
        if state and self.notes:
            self.decide_note(-1 if index % 3 else index, state, people[1])

    def record_payment(self, index, how, right, known, by):
        cycle, merchant = self.pick(self.statements, index)
        net = cycle.net(merchant)
        left = abs(net) - self.model.paid(cycle, merchant)
        fen = {"rest": max(left, 1), "half": max(left // 2, 1), "more": left + 1}[how]
        direction = "to_merchant" if (net > 0) == right else "from_merchant"
        reference = known or self.fresh()
        paid = PaymentDetails(fen, direction, reference, self.model.now)
        made = self.both(
            lambda: self.model.record_payment(cycle, merchant, fen, direction, reference, by),
            lambda: settlement.record_payment(
                statement=Statement.objects.get(
                    cycle__number=cycle.number, merchant=self.parties[merchant]
                ),
                paid=paid,
                by=self.operators[by],
            ),
        )
        if made:
            self.payments.append(made)

    def reverse_payment(self, index, by):
        payment, row = self.pick(self.payments, index)
        made = self.both(
            lambda: self.model.reverse_payment(payment, by),
            lambda: settlement.reverse_payment(payment=row, note="看错了", by=self.operators[by]),
        )
        if made:
            self.payments.append(made)

    def open_dispute(self, index, side, other, by):
        cycle, pair = self.pick(self.lines, index)
        merchant = other if side is None else pair[side]
        made = self.both(
            lambda: self.model.open_dispute(cycle, pair, merchant, by),
            lambda: settlement.open_dispute(
                line=Line.objects.get(
                    cycle__number=cycle.number,
                    issuer=self.parties[pair[0]],
                    redeemer=self.parties[pair[1]],
                ),
                merchant=self.parties[merchant],
                reason="不对",
                by=self.operators[by],
                key=fresh_key(),
            ),
        )
        if made:
            self.disputes.append(made)

    def decide_dispute(self, index, state, by):
        dispute, row = self.pick(self.disputes, index)
        self.both(
            lambda: self.model.decide_dispute(dispute, state, by),
            lambda: DISPUTE_VERBS[state](row, self.operators[by]),
        )

    def propose_note(self, index, payer, payee, fen, by):
        if payer != payee:
            self.note(self.pick(self.model.cycles, index), (payer, payee), fen, None, by)

    def propose_note_for_a_dispute(self, index, fitting, parties, fen, by):
        disputed = self.pick(self.disputes, index)
        if fitting:
            parties = sorted(disputed[0].pair, key=parties[0].__eq__)
        cycle = self.model.cycles[disputed[0].cycle - 1]
        self.note(cycle, tuple(parties), fen, disputed, by)

    def note(self, cycle, parties, fen, disputed, by):
        dispute, row = disputed or (None, None)

        def in_database():
            return settlement.propose_credit_note(
                correction=Correction(
                    self.row_of(cycle),
                    *(self.parties[name] for name in parties),
                    fen,
                    "更正",
                    row and Dispute.objects.get(pk=row.pk),
                ),
                by=self.operators[by],
                key=fresh_key(),
            )

        made = self.both(
            lambda: self.model.propose_note(cycle, parties, fen, dispute, by), in_database
        )
        if made:
            self.notes.append(made)

    def decide_note(self, index, state, by):
        note, row = self.pick(self.notes, index)
        self.both(
            lambda: self.model.decide_note(note, state, by),
            lambda: NOTE_VERBS[state](row, self.operators[by]),
        )
