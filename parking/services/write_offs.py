"""Arrears that are written off: one person proposes, another one decides."""

from django.db import transaction

from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from parking.arrears_errors import ArrearsClosed, WriteOffProposed
from parking.fee_posting import lock_stay
from parking.models import Arrears, ArrearsWriteOff
from parking.services.arrears import close_arrears, settle_arrears
from parking.services.pay_fees import withdraw_open_quote

State = Arrears.State


@transaction.atomic
def propose_write_off(*, arrears: Arrears, reason: str, by: User, key: Key) -> ArrearsWriteOff:
    """What is owed shall be asked for no more. Raises ArrearsClosed, KeyReused, WriteOffProposed."""
    if (earlier := claim_key(key)) is not None:
        return ArrearsWriteOff.objects.get(pk=earlier)
    row = Arrears.objects.select_for_update(no_key=True).get(pk=arrears.pk)
    if row.state != State.OPEN:
        raise ArrearsClosed
    if row.write_offs.filter(state=ArrearsWriteOff.State.PROPOSED).exists():
        raise WriteOffProposed
    proposal = ArrearsWriteOff.objects.create(
        arrears=row, reason=reason, proposed_by=by, proposed_at=clock.now()
    )
    store_result(key, proposal.pk)
    audit.record(
        by=by,
        verb="propose_write_off",
        subject=f"parking.arrears:{row.pk}",
        amount_fen=row.amount_fen,
        reason=reason,
    )
    return proposal


def approve_write_off(*, proposal: ArrearsWriteOff, by: User, note: str = "") -> ArrearsWriteOff:
    """Another person agrees: nothing of it is due any more, neither its order nor an open quote of the stay can be paid.

    Money that comes all the same goes back. Raises ArrearsClosed, FourEyesNeeded, ProposalDecided.
    """
    _catch_up(proposal)
    return _decide(proposal, by, note, approve=True)


def reject_write_off(*, proposal: ArrearsWriteOff, by: User, note: str = "") -> ArrearsWriteOff:
    """Another person does not. Raises FourEyesNeeded, ProposalDecided."""
    return _decide(proposal, by, note, approve=False)


@transaction.atomic
def _catch_up(proposal: ArrearsWriteOff) -> None:
    """What came meanwhile is booked, whatever is decided then."""
    row = Arrears.objects.select_related("stay").get(pk=proposal.arrears_id)
    settle_arrears(stay=lock_stay(row.stay))


@transaction.atomic
def _decide(proposal: ArrearsWriteOff, by: User, note: str, *, approve: bool) -> ArrearsWriteOff:
    # The stay first, as whoever changes what it owes.
    stay = lock_stay(Arrears.objects.select_related("stay").get(pk=proposal.arrears_id).stay)
    row = Arrears.objects.select_for_update(no_key=True).get(pk=proposal.arrears_id)

    def write_off(_proposal: ArrearsWriteOff) -> None:
        if row.state != State.OPEN:
            raise ArrearsClosed
        withdraw_open_quote(stay, clock.now())
        close_arrears(row, State.WRITTEN_OFF)

    return four_eyes.decide(
        proposal,
        approve=approve,
        by=by,
        note=note,
        name="write_off",
        apply=write_off,
        repeatable=True,
        amount_fen=row.amount_fen,
    )
