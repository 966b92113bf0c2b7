"""Disputes: a side of a line says that it is wrong, and the operator decides."""

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.errors import NotFound
from district.kernel.four_eyes import require_other_person
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant
from loyalty.settlement.errors import DisputeDecided
from loyalty.settlement.models import Dispute, Line


@transaction.atomic
def open_dispute(*, line: Line, merchant: Merchant, reason: str, by: User, key: Key) -> Dispute:
    """A merchant says why a line of its statement is wrong, exactly once per key.

    Raises DisputeAlreadyOpen, KeyReused, NotFound for a line of others.
    """
    if merchant.pk not in {line.issuer_id, line.redeemer_id}:
        raise NotFound
    if (earlier := claim_key(key)) is not None:
        return Dispute.objects.get(pk=earlier)
    with translate_database_errors():
        dispute = Dispute.objects.create(
            line=line, merchant=merchant, reason=reason, opened_by=by, opened_at=clock.now()
        )
    store_result(key, dispute.pk)
    audit.record(
        by=by, verb="open_dispute", subject=f"settlement.dispute:{dispute.pk}", line=line.pk
    )
    return dispute


def withdraw_dispute(*, dispute: Dispute, by: User) -> Dispute:
    """The merchant takes its dispute back. Raises DisputeDecided."""
    return _decide(dispute, Dispute.State.WITHDRAWN, "", by, "withdraw_dispute")


def uphold_dispute(*, dispute: Dispute, decision: str, by: User) -> Dispute:
    """The operator agrees; a credit note may follow. Raises DisputeDecided, FourEyesNeeded."""
    return _decide(dispute, Dispute.State.UPHELD, decision, by, "uphold_dispute")


def reject_dispute(*, dispute: Dispute, decision: str, by: User) -> Dispute:
    """The operator does not agree. Raises DisputeDecided, FourEyesNeeded."""
    return _decide(dispute, Dispute.State.REJECTED, decision, by, "reject_dispute")


@transaction.atomic
def _decide(dispute: Dispute, state: str, decision: str, by: User, verb: str) -> Dispute:
    row = Dispute.objects.select_for_update(no_key=True).get(pk=dispute.pk)
    if (row.state, row.decided_by_id, row.decision) == (state, by.pk, decision):
        return row
    if row.state != Dispute.State.OPEN:
        raise DisputeDecided
    if state != Dispute.State.WITHDRAWN:
        require_other_person(by, row.opened_by_id)
    row.state, row.decision = state, decision
    row.decided_by, row.decided_at = by, clock.now()
    row.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    audit.record(by=by, verb=verb, subject=f"settlement.dispute:{row.pk}")
    return row
