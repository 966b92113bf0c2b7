"""The naive settlement: what was paid of statements, what is disputed, and what corrects a closed cycle."""

from __future__ import annotations

from dataclasses import dataclass

from tests.loyalty.model.naive_types import ModelRefusal


@dataclass
class NaivePayment:
    cycle: int
    merchant: str
    fen: int
    direction: str
    # None with a payment that takes back another.
    reference: str | None
    by: int
    reverses: NaivePayment | None = None


@dataclass
class NaiveDispute:
    cycle: int
    pair: tuple[str, str]
    merchant: str
    opened_by: int
    state: str = "open"
    decided_by: int | None = None


@dataclass
class NaiveNote:
    corrects: int
    payer: str
    payee: str
    fen: int
    dispute: NaiveDispute | None
    proposed_by: int
    state: str = "proposed"
    decided_by: int | None = None
    # The number of the cycle that settles it.
    cycle: int | None = None


class NaiveClaims:
    """The part of the model after a close; what it keeps is made by `NaiveSettlement`."""

    # -- payments ----------------------------------------------------------------------------------

    def paid(self, cycle, merchant):
        return sum(
            payment.fen
            for payment in self.payments
            if (payment.cycle, payment.merchant) == (cycle.number, merchant)
        )

    def record_payment(self, cycle, merchant, fen, direction, reference, by):
        for earlier in self.payments:
            known = earlier.merchant, earlier.direction, earlier.reference
            if known == (merchant, direction, reference):
                if (earlier.cycle, earlier.fen) == (cycle.number, fen):
                    return earlier
                raise ModelRefusal("payment_reference_used")
        net = cycle.net(merchant)
        if net == 0 or direction != ("to_merchant" if net > 0 else "from_merchant"):
            raise ModelRefusal("payment_wrong_way")
        if self.paid(cycle, merchant) + fen > abs(net):
            raise ModelRefusal("payment_exceeds_due")
        payment = NaivePayment(cycle.number, merchant, fen, direction, reference, by)
        self.payments.append(payment)
        return payment

    def reverse_payment(self, payment, by):
        for earlier in self.payments:
            if earlier.reverses is payment:
                if earlier.by == by:
                    return earlier
                raise ModelRefusal("payment_not_reversible")
        if payment.reverses:
            raise ModelRefusal("payment_not_reversible")
        reversal = NaivePayment(
            payment.cycle, payment.merchant, -payment.fen, payment.direction, None, by, payment
        )
        self.payments.append(reversal)
        return reversal

    # -- disputes ----------------------------------------------------------------------------------

    def open_dispute(self, cycle, pair, merchant, by):
        if merchant not in pair:
            raise ModelRefusal("not_found")
        for other in self.disputes:
            same = (other.cycle, other.pair, other.merchant) == (cycle.number, pair, merchant)
            if same and other.state == "open":
                raise ModelRefusal("dispute_already_open")
        dispute = NaiveDispute(cycle.number, pair, merchant, by)
        self.disputes.append(dispute)
        return dispute

    def decide_dispute(self, dispute, state, by):
        if (dispute.state, dispute.decided_by) == (state, by):
            return
        if dispute.state != "open":
            raise ModelRefusal("dispute_decided")
        if state != "withdrawn" and dispute.opened_by == by:
            raise ModelRefusal("four_eyes_needed")
        dispute.state, dispute.decided_by = state, by

    # -- credit notes ------------------------------------------------------------------------------

    def propose_note(self, cycle, parties, fen, dispute, by):
        if cycle.state != "closed":
            raise ModelRefusal("cycle_state")
        if dispute and (
            dispute.state != "upheld"
            or dispute.cycle != cycle.number
            or set(dispute.pair) != set(parties)
        ):
            raise ModelRefusal("dispute_does_not_fit")
        for other in self.notes:
            if dispute and other.dispute is dispute and other.state != "rejected":
                raise ModelRefusal("dispute_already_credited")
        note = NaiveNote(cycle.number, *parties, fen, dispute, by)
        self.notes.append(note)
        return note

    def decide_note(self, note, state, by):
        if (note.state, note.decided_by) == (state, by):
            return
        if note.state != "proposed":
            raise ModelRefusal("proposal_decided")
        if note.proposed_by == by:
            raise ModelRefusal("four_eyes_needed")
        note.state, note.decided_by = state, by
