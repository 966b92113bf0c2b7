"""Appeals: a merchant says that it should not bear a conflict, an operator decides once."""

from datetime import timedelta

from django.db import transaction

from coupons.offline import liability
from coupons.offline.errors import AppealDecidedByAppellant, AppealNotOpen, AppealNotPossible
from coupons.offline.models import RedemptionConflict
from district.kernel import audit, clock
from district.members.models import User

APPEAL_DAYS = 30
State, Payer = RedemptionConflict.State, RedemptionConflict.Payer


@transaction.atomic
def appeal_conflict(*, conflict: RedemptionConflict, words: str, by: User) -> RedemptionConflict:
    """The merchant appeals, once, within 30 days of the upload.

    Raises AppealNotPossible.
    """
    held, at = _held(conflict), clock.now()
    if held.payer != Payer.STORE:
        raise AppealNotPossible(reason="payer")
    if held.state != State.DECIDED:
        raise AppealNotPossible(reason="state")
    if at >= held.recorded_at + timedelta(days=APPEAL_DAYS):
        raise AppealNotPossible(reason="late")
    held.state, held.appeal, held.appealed_at, held.appealed_by = State.APPEALED, words, at, by
    held.save(update_fields=["state", "appeal", "appealed_at", "appealed_by"])
    _record("appeal_conflict", held, by)
    return held


@transaction.atomic
def uphold_appeal(*, conflict: RedemptionConflict, words: str, by: User) -> RedemptionConflict:
    """The alliance bears it after all, and owes it to the merchant.

    Raises AppealDecidedByAppellant, AppealNotOpen.
    """
    held = _ended(conflict, State.UPHELD, words, by)
    held.payer = Payer.ALLIANCE
    held.save(update_fields=["payer", "state", "decision", "ended_at", "ended_by"])
    liability.book_liability(held)
    _record("uphold_appeal", held, by)
    return held


@transaction.atomic
def reject_appeal(*, conflict: RedemptionConflict, words: str, by: User) -> RedemptionConflict:
    """It stays with the store.

    Raises AppealDecidedByAppellant, AppealNotOpen.
    """
    held = _ended(conflict, State.REJECTED, words, by)
    held.save(update_fields=["state", "decision", "ended_at", "ended_by"])
    _record("reject_appeal", held, by)
    return held


def _ended(
    conflict: RedemptionConflict, state: RedemptionConflict.State, words: str, by: User
) -> RedemptionConflict:
    held = _held(conflict)
    if held.state != State.APPEALED:
        raise AppealNotOpen(state=held.get_state_display())
    if held.appealed_by_id == by.pk:
        raise AppealDecidedByAppellant
    held.state, held.decision, held.ended_at, held.ended_by = state, words, clock.now(), by
    return held


def _held(conflict: RedemptionConflict) -> RedemptionConflict:
    return RedemptionConflict.objects.select_for_update(no_key=True).get(pk=conflict.pk)


def _record(verb: str, conflict: RedemptionConflict, by: User) -> None:
    audit.record(
        verb=verb,
        subject=f"offline.redemptionconflict:{conflict.pk}",
        by=by,
        payer=conflict.payer,
        fen=conflict.fen,
    )
