"""Credit notes: corrections of a closed cycle, by two people, settled in the next one."""

from dataclasses import dataclass

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant
from loyalty.settlement.errors import (
    CreditNoteState,
    CycleState,
    DisputeDoesNotFit,
    FourEyesNeeded,
)
from loyalty.settlement.models import CreditNote, Cycle, Dispute


@dataclass(frozen=True)
class Correction:
    """Who owes whom so many fen more for a closed cycle, and why."""

    cycle: Cycle
    payer: Merchant
    payee: Merchant
    fen: int
    reason: str
    dispute: Dispute | None = None


@transaction.atomic
def propose_credit_note(*, correction: Correction, by: User, key: Key) -> CreditNote:
    """Propose a correction of a closed cycle, exactly once per key.

    Raises CycleState, DisputeAlreadyCredited, DisputeDoesNotFit, KeyReused.
    """
    if correction.cycle.state != Cycle.State.CLOSED:
        raise CycleState(state=correction.cycle.state)
    _require_valid(correction)
    if (earlier := claim_key(key)) is not None:
        return CreditNote.objects.get(pk=earlier)
    with translate_database_errors():
        note = CreditNote.objects.create(
            corrects=correction.cycle,
            payer=correction.payer,
            payee=correction.payee,
            fen=correction.fen,
            reason=correction.reason,
            dispute=correction.dispute,
            proposed_by=by,
            proposed_at=clock.now(),
        )
    store_result(key, note.pk)
    audit.record(
        by=by,
        verb="propose_credit_note",
        subject=f"settlement.creditnote:{note.pk}",
        fen=correction.fen,
    )
    return note


def approve_credit_note(*, note: CreditNote, by: User, decision: str = "") -> CreditNote:
    """Another person agrees; the cycle proposed next settles it. Raises CreditNoteState, FourEyesNeeded."""
    return _decide(note, CreditNote.State.APPROVED, decision, by, "approve_credit_note")


def reject_credit_note(*, note: CreditNote, decision: str, by: User) -> CreditNote:
    """Another person does not agree. Raises CreditNoteState, FourEyesNeeded."""
    return _decide(note, CreditNote.State.REJECTED, decision, by, "reject_credit_note")


def _require_valid(correction: Correction) -> None:
    if correction.dispute is None:
        return
    line = correction.dispute.line
    if (
        correction.dispute.state != Dispute.State.UPHELD
        or line.cycle_id != correction.cycle.pk
        or {correction.payer.pk, correction.payee.pk} != {line.issuer_id, line.redeemer_id}
    ):
        raise DisputeDoesNotFit


@transaction.atomic
def _decide(note: CreditNote, state: str, decision: str, by: User, verb: str) -> CreditNote:
    row = CreditNote.objects.select_for_update(no_key=True).get(pk=note.pk)
    if (row.state, row.decided_by_id) == (state, by.pk):
        return row
    if row.state != CreditNote.State.PROPOSED:
        raise CreditNoteState
    if row.proposed_by_id == by.pk:
        raise FourEyesNeeded
    row.state, row.decision = state, decision
    row.decided_by, row.decided_at = by, clock.now()
    row.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    audit.record(by=by, verb=verb, subject=f"settlement.creditnote:{row.pk}")
    return row
