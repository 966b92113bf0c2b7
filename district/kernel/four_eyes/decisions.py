"""Deciding what somebody else proposed."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.errors import FourEyesNeeded, ProposalDecided
from district.kernel.four_eyes.model import Proposal

_DECISION = ("state", "decision", "decided_by", "decided_at")
P = TypeVar("P", bound=Proposal)


def require_other_person(by: AbstractBaseUser, *earlier: int | None) -> None:
    """Whoever decides is none of those who had a hand in it before. Raises FourEyesNeeded."""
    if by.pk in earlier:
        raise FourEyesNeeded


@transaction.atomic
def decide(
    proposal: P,
    *,
    approve: bool,
    by: AbstractBaseUser,
    note: str,
    name: str,
    apply: Callable[[P], None] | None = None,
    applied_fields: tuple[str, ...] = (),
    repeatable: bool = False,
    **facts: Any,
) -> P:
    """Another person approves, and `apply` happens at once, or rejects; a refused `apply` leaves it open.

    `applied_fields` are those of the row that `apply` sets. The audit line's verb is `approve_{name}` or
    `reject_{name}`. With `repeatable` the same decision of the same person again changes nothing.

    Raises FourEyesNeeded, ProposalDecided, and what `apply` raises.
    """
    model = type(proposal)
    row = model._default_manager.select_for_update(no_key=True).get(pk=proposal.pk)
    state = row.State.APPROVED if approve else row.State.REJECTED
    if repeatable and (row.state, row.decided_by_id) == (state, by.pk):
        return row
    if row.state != row.State.PROPOSED:
        raise ProposalDecided
    require_other_person(by, row.proposed_by_id)
    row.state, row.decision = state, note
    row.decided_by_id, row.decided_at = by.pk, clock.now()
    if approve and apply is not None:
        apply(row)
    with translate_database_errors():
        row.save(update_fields=[*_DECISION, *applied_fields])
    audit.record(
        by=by,
        verb=f"{'approve' if approve else 'reject'}_{name}",
        subject=f"{model._meta.label_lower}:{row.pk}",
        **facts,
    )
    return row
