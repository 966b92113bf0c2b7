"""Credit notes: corrections of a closed cycle, by two people, settled in the next one."""

from dataclasses import dataclass

from django.db import transaction

from district.kernel import audit, clock, four_eyes
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant
from loyalty.settlement.errors import CycleState, DisputeDoesNotFit
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
    """Another person agrees; the cycle proposed next settles it. Raises FourEyesNeeded, ProposalDecided."""
    return _decide(note, decision, by, approve=True)


def reject_credit_note(*, note: CreditNote, decision: str, by: User) -> CreditNote:
    """Another person does not agree. Raises FourEyesNeeded, ProposalDecided."""
    return _decide(note, decision, by, approve=False)


def _decide(note: CreditNote, decision: str, by: User, *, approve: bool) -> CreditNote:
    return four_eyes.decide(
        note, approve=approve, by=by, note=decision, name="credit_note", repeatable=True
    )


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
