"""Closing a cycle: one person proposes, another one approves what comes to the same figures."""

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.database.postgres import call
from district.kernel.four_eyes import require_other_person
from district.members.models import User
from district.merchants import services as merchants
from loyalty.settlement.errors import (
    CycleChanged,
    CycleNotOver,
    CycleState,
)
from loyalty.settlement.models import CreditNote, Cycle
from loyalty.settlement.queries import horizon_now, window_of


@transaction.atomic
def propose_close(*, cycle: Cycle, by: User) -> Cycle:
    """Fix what belongs to a cycle that is over, beside live traffic, and what it comes to.

    The horizon is taken after the cycle's end: what is still on its way then falls into the next
    cycle. Approved credit notes that were not settled yet come in. The same person again changes
    nothing.

    Raises CycleNotOver, CycleState.
    """
    row = _locked(cycle)
    if row.state == Cycle.State.PROPOSED and row.proposed_by_id == by.pk:
        return row
    if row.state != Cycle.State.OPEN:
        raise CycleState(state=row.state)
    if clock.now() < row.ends_at:
        raise CycleNotOver(ends_at=row.ends_at.astimezone(clock.SHANGHAI).isoformat())
    CreditNote.objects.filter(state=CreditNote.State.APPROVED, cycle=None).update(cycle=row)
    # One that was taken stays true, and a later look may not reach as far: a draw would be settled twice.
    row.horizon = max(horizon_now(), window_of(row).last_horizon)
    row.draft_hash = call("settlement_compute", row.pk, row.horizon)
    row.state, row.proposed_by, row.proposed_at = Cycle.State.PROPOSED, by, clock.now()
    row.save(update_fields=["horizon", "draft_hash", "state", "proposed_by", "proposed_at"])
    audit.record(
        by=by, verb="propose_close", subject=f"settlement.cycle:{row.pk}", horizon=row.horizon
    )
    return row


@transaction.atomic
def approve_close(*, cycle: Cycle, by: User) -> Cycle:
    """Close a proposed cycle: lines, fees and statements are written, once and all of them or none.

    Everything is reckoned again, and must come to what was proposed. The same person again changes
    nothing.

    Raises CycleChanged, CycleState, FourEyesNeeded.
    """
    row = _locked(cycle)
    if row.state == Cycle.State.CLOSED and row.approved_by_id == by.pk:
        return row
    if row.state != Cycle.State.PROPOSED:
        raise CycleState(state=row.state)
    require_other_person(by, row.proposed_by_id, row.end_moved_by_id)
    call("settlement_lock_terms")
    if call("settlement_compute", row.pk, row.horizon) != bytes(row.draft_hash or b""):
        raise CycleChanged
    # The audit line first: tills wait for what the last step writes.
    audit.record(by=by, verb="approve_close", subject=f"settlement.cycle:{row.pk}")
    alliance = merchants.alliance_party()
    call("settlement_close", row.pk, alliance.pk, by.pk, clock.now())
    row.refresh_from_db()
    return row


@transaction.atomic
def withdraw_close(*, cycle: Cycle, by: User) -> Cycle:
    """A proposal is taken back, by whoever proposed it or who should have approved it.

    Raises CycleState.
    """
    row = _locked(cycle)
    if row.state == Cycle.State.OPEN:
        return row
    if row.state != Cycle.State.PROPOSED:
        raise CycleState(state=row.state)
    row.credit_notes.update(cycle=None)
    row.state, row.horizon, row.draft_hash = Cycle.State.OPEN, None, None
    row.proposed_by, row.proposed_at = None, None
    row.save(update_fields=["horizon", "draft_hash", "state", "proposed_by", "proposed_at"])
    audit.record(by=by, verb="withdraw_close", subject=f"settlement.cycle:{row.pk}")
    return row


def _locked(cycle: Cycle) -> Cycle:
    return Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
