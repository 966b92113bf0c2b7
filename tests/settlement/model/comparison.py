"""What of the settlement is held against the model, after each step."""

from fractions import Fraction

from district.kernel import invariants
from loyalty import queries
from loyalty.settlement.invariants import INVARIANTS
from loyalty.settlement.models import (
    Charge,
    CreditNote,
    Cycle,
    Dispute,
    Fee,
    Line,
    Release,
    Statement,
    StatementPayment,
)

# Thousandths of a fen, and the ten-millionths in which fees are reckoned.
MILLI, PARTS = 1_000, 10_000_000


class SettlementComparison:
    """The comparisons of the machine; what it drives stands in `SettlementMachine`."""

    def compare(self):
        assert invariants.findings(INVARIANTS) == []
        assert {
            (self.names[position.issuer], self.names[position.redeemer]): (
                position.points,
                position.milli_fen,
            )
            for position in queries.clearing()
        } == self.model.points.claims()
        self.compare_cycles()
        self.compare_lines_and_charges()
        self.compare_fees()
        self.compare_statements()
        self.compare_payments()
        self.compare_disputes_and_notes()
        self.model.require_nothing_lost()

    def compare_cycles(self):
        numbers = {person.pk: number for number, person in enumerate(self.operators)}
        assert [
            (
                (row.number, row.starts_at, row.ends_at, row.state),
                numbers.get(row.proposed_by_id),
                numbers.get(row.approved_by_id),
                numbers.get(row.end_moved_by_id),
            )
            for row in Cycle.objects.order_by("number")
        ] == [
            (
                (cycle.number, cycle.starts, cycle.ends, cycle.state),
                cycle.proposed_by,
                cycle.approved_by,
                cycle.moved_by,
            )
            for cycle in self.model.cycles
        ]

    def compare_lines_and_charges(self):
        assert {
            (row.cycle.number, self.names[row.issuer_id], self.names[row.redeemer_id]): (
                row.movements,
                row.points,
                Fraction(row.milli_fen, MILLI),
                Fraction(row.carry_in, MILLI),
                row.fen,
                Fraction(row.carry_out, MILLI),
            )
            for row in Line.objects.select_related("cycle")
        } == {
            (cycle.number, *pair): line
            for cycle in self.model.cycles
            for pair, line in cycle.lines.items()
        }
        assert {
            (cycle.number, *key): charge
            for cycle in self.model.cycles
            for key, charge in cycle.charges.items()
        } == {
            (
                row.cycle.number,
                self.names[row.payer_id],
                self.names[row.payee_id],
                row.source,
            ): (row.bookings, row.fen)
            for row in Charge.objects.select_related("cycle")
        }
        # Nobody has put anything aside.
        assert not Release.objects.exclude(released_milli_fen=0).exists()

    def compare_fees(self):
        """A merchant without a fee in a cycle may lack its row, or have one of nothing."""
        assert {
            (cycle.number, merchant): fee
            for cycle in self.model.cycles
            for merchant, fee in cycle.fees.items()
            if fee[0]
        } == {
            (row.cycle.number, self.names[row.merchant_id]): (
                Fraction(row.parts, PARTS),
                Fraction(row.carry_in, PARTS),
                row.fen,
                Fraction(row.carry_out, PARTS),
            )
            for row in Fee.objects.select_related("cycle")
            if row.parts
        }

    def compare_statements(self):
        found = {}
        for row in Statement.objects.select_related("cycle"):
            figures = (
                row.receivable,
                row.payable,
                row.fees,
                row.fees_kept,
                row.credits,
                row.charges,
                row.expired_points,
            )
            key = row.cycle.number, self.names[row.merchant_id]
            assert (row.prefunded, row.due) == (0, row.net)
            if any(figures):
                found[key] = figures
                assert row.net == self.model.cycles[row.cycle.number - 1].net(key[1])
        assert found == {
            (cycle.number, merchant): figures
            for cycle in self.model.cycles
            for merchant, figures in cycle.statements.items()
        }

    def compare_payments(self):
        assert [
            (
                (row.statement.cycle.number, self.names[row.merchant_id], row.fen, row.direction),
                None if row.reverses_id else row.reference,
                self.operators.index(row.recorded_by),
            )
            for row in StatementPayment.objects.select_related(
                "statement__cycle", "recorded_by"
            ).order_by("pk")
        ] == [
            (
                (payment.cycle, payment.merchant, payment.fen, payment.direction),
                payment.reference,
                payment.by,
            )
            for payment in self.model.payments
        ]
        sums = {}
        for row in StatementPayment.objects.select_related("statement__cycle").order_by("pk"):
            sums[row.statement.cycle.number, self.names[row.merchant_id]] = row.after
        for (number, merchant), after in sums.items():
            cycle = self.model.cycles[number - 1]
            assert self.model.paid(cycle, merchant) == after <= abs(cycle.net(merchant))

    def compare_disputes_and_notes(self):
        numbers = {person.pk: number for number, person in enumerate(self.operators)}
        assert [
            (self.names[row.merchant_id], row.state, numbers.get(row.decided_by_id))
            for row in Dispute.objects.order_by("pk")
        ] == [
            (dispute.merchant, dispute.state, dispute.decided_by) for dispute in self.model.disputes
        ]
        assert [
            (
                (row.corrects.number, self.names[row.payer_id], self.names[row.payee_id], row.fen),
                (row.state, numbers.get(row.decided_by_id), row.cycle and row.cycle.number),
            )
            for row in CreditNote.objects.select_related("corrects", "cycle").order_by("pk")
        ] == [
            (
                (note.corrects, note.payer, note.payee, note.fen),
                (note.state, note.decided_by, note.cycle),
            )
            for note in self.model.notes
        ]
