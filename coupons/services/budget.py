"""A published version's budget: changed by two people without a new version, and watched."""

from django.db import transaction
from django.utils.translation import gettext as _

from coupons.errors import TemplateInvalid, VersionNotInState
from coupons.models import BudgetChange, TemplateVersion
from coupons.planning_errors import BudgetChangeBySamePerson, BudgetChangeDecided
from district.kernel import audit, clock
from district.kernel.database.postgres import call, translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.kernel.outbox.events import wake_worker_on_commit
from district.kernel.text.money import MAX_FEN
from district.members.models import User


@transaction.atomic
def propose_budget_change(
    *,
    version: TemplateVersion,
    budget_was_fen: int,
    budget_fen: int,
    reason: str,
    by: User,
    key: Key,
) -> BudgetChange:
    """Propose another budget for a published version, in fen; nothing changes before another decides.

    Raises BudgetChangeOpen, KeyReused, TemplateInvalid, VersionNotInState.
    """
    if (earlier := claim_key(key)) is not None:
        return BudgetChange.objects.get(pk=earlier)
    held = _published(version)
    if held.budget_fen is None:
        raise TemplateInvalid(reason=_("没有预算的券不能调整预算，请另存为新版本。"))
    if not 1 <= budget_fen <= MAX_FEN or budget_fen == budget_was_fen:
        raise TemplateInvalid(reason=_("新预算须大于 0，且与原预算不同。"))
    with translate_database_errors():
        change = BudgetChange.objects.create(
            version=held,
            from_fen=budget_was_fen,
            to_fen=budget_fen,
            reason=reason,
            proposed_by=by,
            proposed_at=clock.now(),
        )
    _record("propose_budget_change", change, by)
    store_result(key, change.pk)
    return change


@transaction.atomic
def decide_budget_change(
    *, change: BudgetChange, approve: bool, by: User, note: str = ""
) -> BudgetChange:
    """Another person approves, and the slots hold more or less at once, or rejects. The same again
    changes nothing.

    A budget never becomes less than what is reserved and spent of it; a refused change stays open.

    Raises BudgetChangeBySamePerson, BudgetChangeDecided, BudgetChanged, BudgetTaken, VersionNotInState.
    """
    state = BudgetChange.State.APPROVED if approve else BudgetChange.State.REJECTED
    # The version's row first, as a stop does.
    held = TemplateVersion.objects.select_for_update().get(pk=change.version_id)
    row = BudgetChange.objects.select_for_update(no_key=True).get(pk=change.pk)
    if (row.state, row.decided_by_id) == (state, by.pk):
        return row
    if row.state != BudgetChange.State.PROPOSED:
        raise BudgetChangeDecided
    if row.proposed_by_id == by.pk:
        raise BudgetChangeBySamePerson
    if approve:
        _require_published(held)
        call("coupons_resize_budget", row.version_id, row.from_fen, row.to_fen)
    row.state, row.decision = state, note
    row.decided_by, row.decided_at = by, clock.now()
    with translate_database_errors():
        row.save(update_fields=["state", "decision", "decided_by", "decided_at"])
    _record("approve_budget_change" if approve else "reject_budget_change", row, by)
    return row


def watch_budgets() -> int:
    """Report budgets that ran low, by the share their version says, or that hold no further coupon;
    each once per refill. How many were reported."""
    warned: int = call("coupons_watch_budgets", clock.now())
    if warned:
        wake_worker_on_commit()
    return warned


def _published(version: TemplateVersion) -> TemplateVersion:
    held = TemplateVersion.objects.select_for_update().get(pk=version.pk)
    _require_published(held)
    return held


def _require_published(held: TemplateVersion) -> None:
    if held.state != TemplateVersion.State.PUBLISHED:
        raise VersionNotInState(state=held.get_state_display())


def _record(verb: str, change: BudgetChange, by: User) -> None:
    audit.record(
        verb=verb,
        subject=f"coupons.budgetchange:{change.pk}",
        by=by,
        version=change.version_id,
        from_fen=change.from_fen,
        to_fen=change.to_fen,
    )
