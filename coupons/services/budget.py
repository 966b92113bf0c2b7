"""A published version's budget: changed by two people without a new version, and watched."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from coupons.errors import TemplateInvalid, VersionNotInState
from coupons.models import BudgetChange, TemplateVersion
from district.kernel import audit, clock, four_eyes
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
    audit.record(
        verb="propose_budget_change",
        subject=f"coupons.budgetchange:{change.pk}",
        by=by,
        **_facts(change),
    )
    store_result(key, change.pk)
    return change


@transaction.atomic
def decide_budget_change(
    *, change: BudgetChange, approve: bool, by: User, note: str = ""
) -> BudgetChange:
    """Another person approves, and the slots hold more or less at once, or rejects. The same again
    changes nothing.

    A budget never becomes less than what is reserved and spent of it; a refused change stays open.

    Raises BudgetChanged, BudgetTaken, FourEyesNeeded, ProposalDecided, VersionNotInState.
    """
    # The version's row first, as a stop does.
    held = TemplateVersion.objects.select_for_update().get(pk=change.version_id)

    def resize(row: BudgetChange) -> None:
        _require_published(held)
        call("coupons_resize_budget", row.version_id, row.from_fen, row.to_fen)

    return four_eyes.decide(
        change,
        approve=approve,
        by=by,
        note=note,
        name="budget_change",
        apply=resize,
        repeatable=True,
        **_facts(change),
    )


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


def _facts(change: BudgetChange) -> dict[str, Any]:
    return {
        "version": change.version_id,
        "from_fen": change.from_fen,
        "to_fen": change.to_fen,
    }
