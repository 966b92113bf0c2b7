"""A published version's budget in the back office: what is left, another one proposed and decided."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin.approval_view import approval_panels
from coupons.admin.common import MAX_BUDGET_FEN
from coupons.admin.template_actions import (
    ApprovalNoteForm,
    DraftAction,
    RejectionReasonForm,
)
from coupons.models import BudgetChange, BudgetWarning, TemplateVersion
from coupons.queries.budgets import budget_of
from coupons.queries.catalogue import stock_of
from district.kernel.backoffice import (
    ActionForm,
    Section,
    Tile,
    Tiles,
    format_instant,
)
from district.kernel.backoffice.columns import Choice, Column, Money, table
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.scope import OperatorAction, viewer

State = TemplateVersion.State
_TONES = {"proposed": "warn", "approved": "good", "rejected": "bad"}


class BudgetForm(ActionForm):
    budget_was_yuan = YuanField(gettext_lazy("现有预算（元）"), min_fen=0, max_fen=MAX_BUDGET_FEN)
    budget_yuan = YuanField(gettext_lazy("改为（元）"), min_fen=0, max_fen=MAX_BUDGET_FEN)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class ProposeBudget(DraftAction):
    name, label, icon = "propose-budget", gettext_lazy("调整预算"), "savings"
    # It stores a proposal; the budget it was made for is compared when it is decided.
    is_edit = False
    explanation = gettext_lazy(
        "新旧预算都要填写。由运营方的另一人批准后立即生效，不需要新版本；不能少于已占用和已核销的合计。"
    )
    success_message = gettext_lazy("已提出预算调整，等待审批。")
    form_class = BudgetForm
    verb = staticmethod(coupons.propose_budget_change)
    argument_names = {"budget_was_yuan": "budget_was_fen", "budget_yuan": "budget_fen"}

    def is_applicable(self, row: TemplateVersion) -> bool:
        return (
            row.state == State.PUBLISHED and row.budget_fen is not None and open_change(row) is None
        )

    def initial(self, request: HttpRequest, row: TemplateVersion) -> dict[str, Any]:
        budget = budget_of(row)
        return {"budget_was_yuan": budget.whole_fen if budget else None}

    def aside(self, request: HttpRequest, row: TemplateVersion) -> Iterator[Any]:
        yield from remaining_tiles(row)


class _BudgetDecision(OperatorAction):
    """The verb refuses whoever proposed the change, and says so."""

    approve: bool
    permission = "coupons.change_templateversion"

    def is_applicable(self, row: TemplateVersion) -> bool:
        return open_change(row) is not None

    def aside(self, request: HttpRequest, row: TemplateVersion) -> Iterator[Any]:
        yield budget_changes_section(row)
        yield from remaining_tiles(row)
        yield from approval_panels(row)

    def run(
        self, request: HttpRequest, row: TemplateVersion, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        change = row.budget_changes.latest("pk")
        coupons.decide_budget_change(
            change=change, approve=self.approve, by=viewer(request).user, note=cleaned_data["note"]
        )


class ApproveBudget(_BudgetDecision):
    name, label, icon = "approve-budget", gettext_lazy("批准预算调整"), "check_circle"
    success_message = gettext_lazy("预算已调整。")
    form_class, approve = ApprovalNoteForm, True


class RejectBudget(_BudgetDecision):
    name, label, icon, is_dangerous = "reject-budget", gettext_lazy("驳回预算调整"), "cancel", True
    success_message = gettext_lazy("预算调整已驳回。")
    form_class, approve = RejectionReasonForm, False


def open_change(version: TemplateVersion) -> BudgetChange | None:
    """The change that waits for a decision, if any."""
    return version.budget_changes.filter(state=BudgetChange.State.PROPOSED).first()


def remaining_tiles(version: TemplateVersion) -> Iterator[Tiles]:
    """Stock and budget of a version that is given out, as far as it has them."""
    tiles = []
    if version.stock is not None:
        whole, left = stock_of(version)
        tiles.append(
            Tile(
                _("剩余库存"),
                f"{left:,}",
                note=_("共 %(whole)s") % {"whole": f"{whole:,}"},
                tone="" if left else "bad",
            )
        )
    if (budget := budget_of(version)) is not None:
        warned = set(version.budget_warnings.values_list("level", flat=True))
        low = budget.left_fen * 100 < budget.whole_fen * version.budget_warn_percent
        used_up = BudgetWarning.Level.USED_UP in warned and low
        tiles += [
            Tile(
                _("剩余预算"),
                format_yuan(budget.left_fen),
                note=_("共 %(whole)s") % {"whole": format_yuan(budget.whole_fen)},
                tone="bad" if used_up else "warn" if low else "",
            ),
            Tile(_("未用券占用预算"), format_yuan(budget.reserved_fen)),
            Tile(_("已核销预算"), format_yuan(budget.spent_fen)),
        ]
    if tiles:
        yield Tiles(_("库存与预算"), tiles)


def budget_changes_section(version: TemplateVersion) -> Section:
    """The changes of a version's budget, newest first."""
    rows = version.budget_changes.select_related("proposed_by", "decided_by").order_by("-pk")
    columns = [
        Money(_("原预算"), "from_fen"),
        Money(_("改为"), "to_fen"),
        Column(_("原因"), "reason"),
        Column(_("提出"), lambda row: f"{row.proposed_by} {format_instant(row.proposed_at)}"),
        Choice(_("状态"), "state", tone=lambda row: _TONES[row.state]),
        Column(_("审批"), _decision_text),
    ]
    return table(_("预算调整"), columns, rows, empty=_("没有调整过。"))


def _decision_text(row: BudgetChange) -> str:
    if row.decided_by is None:
        return ""
    return f"{row.decided_by} {format_instant(row.decided_at)} {row.decision}".strip()
