"""Credit notes: corrections of closed cycles, proposed by one person and decided by another one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel.backoffice import ActionForm, Menu, Section
from district.kernel.backoffice.base import ReadOnlyAdmin
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction, viewer
from loyalty.settlement import services as settlement
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import (
    SETTLEMENT,
    SettlementAdmin,
    SettlementReasonForm,
    fen_of,
    period_text,
    yuan_field,
)
from loyalty.settlement.models import CreditNote, Cycle
from loyalty.settlement.services.credit_notes import Correction


class CreditNoteForm(ActionForm):
    cycle = forms.ModelChoiceField(Cycle.objects.none(), label=gettext_lazy("更正周期"))
    payer = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("付方"))
    payee = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("收方"))
    yuan = yuan_field(gettext_lazy("金额（元）"))
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def prepare(self) -> None:
        closed = Cycle.objects.filter(state=Cycle.State.CLOSED).order_by("-number")
        self.field("cycle").queryset = closed
        self.field("cycle").label_from_instance = period_text
        for side in ("payer", "payee"):
            self.field(side).queryset = Merchant.objects.order_by("name_key")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("payer") and cleaned.get("payer") == cleaned.get("payee"):
            self.add_error("payee", _("付方和收方不能是同一家。"))
        return cleaned


class ProposeNote(OperatorAction):
    name, label, icon = "add", gettext_lazy("提出贷项通知"), "receipt"
    explanation = gettext_lazy("已结账的周期不再改变：更正在下一期结算，须由另一人复核。")
    success_message = gettext_lazy("贷项通知已提出，等待另一人复核。")
    form_class = CreditNoteForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return super().is_allowed(request, row) and request.user.has_perm(
            "settlement.add_creditnote"
        )

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        correction = Correction(
            cycle=cleaned_data["cycle"],
            payer=cleaned_data["payer"],
            payee=cleaned_data["payee"],
            fen=fen_of(cleaned_data["yuan"]),
            reason=cleaned_data["reason"],
        )
        return settlement.propose_credit_note(
            correction=correction, by=viewer(request).user, key=key
        )


class _DecideCreditNote(OperatorAction):
    """Another person than the one who proposed."""

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        return super().is_allowed(request, row) and (
            row is None or row.proposed_by_id != who.user.pk
        )

    def is_applicable(self, row: CreditNote) -> bool:
        return row.state == CreditNote.State.PROPOSED


class ApproveNote(_DecideCreditNote):
    name, label, icon = "approve", gettext_lazy("通过"), "verified"
    explanation = gettext_lazy("通过之后，在下一次提出结账的周期里结算。")
    success_message = gettext_lazy("贷项通知已通过。")
    is_dangerous = True

    def run(
        self, request: HttpRequest, row: CreditNote, cleaned_data: dict[str, Any], key: Key
    ) -> Any:
        return settlement.approve_credit_note(note=row, by=viewer(request).user)


class RejectNote(_DecideCreditNote):
    name, label, icon = "reject", gettext_lazy("拒绝"), "cancel"
    success_message = gettext_lazy("贷项通知已拒绝。")
    form_class = SettlementReasonForm

    def run(
        self, request: HttpRequest, row: CreditNote, cleaned_data: dict[str, Any], key: Key
    ) -> Any:
        return settlement.reject_credit_note(
            note=row, decision=cleaned_data["words"], by=viewer(request).user
        )


@admin.register(CreditNote)
class CreditNoteAdmin(SettlementAdmin):
    menu = Menu(SETTLEMENT, "receipt", 60)
    merchant_path = "payer"
    operator_permissions = ("view", "add")
    operator_only = frozenset({"proposed_by", "decided_by", "decision", "dispute"})
    empty_hint = gettext_lazy("已结账的周期有误时，用贷项通知在下一期更正。")
    list_display = ["public_id", "state_label", "corrected", "payer", "payee", "money", "reason"]
    list_filter = ["state"]
    list_select_related = ["corrects", "payer", "payee"]
    fields = [
        "public_id",
        "state_label",
        "corrected",
        "payer_name",
        "payee_name",
        "money",
        "reason",
        "settled_in",
        "proposed_by",
        "proposed_at",
        "decided_by",
        "decided_at",
        "decision",
    ]
    add_action = ProposeNote()
    row_actions = (ApproveNote(), RejectNote())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Two sides, who see it once it holds: a proposal under review is visible to operators only."""
        who = viewer(request)
        rows: QuerySet[Any] = ReadOnlyAdmin.get_queryset(self, request)
        if who.operator:
            return rows
        if who.post is None:
            return rows.none()
        own = Q(payer=who.post.merchant_id) | Q(payee=who.post.merchant_id)
        return rows.filter(own, state=CreditNote.State.APPROVED)

    @display(
        description=gettext_lazy("状态"),
        label={"待复核": "warning", "已通过": "success", "已拒绝": ""},
    )
    def state_label(self, row: CreditNote) -> str:
        return row.get_state_display()

    @admin.display(description=gettext_lazy("更正周期"))
    def corrected(self, row: CreditNote) -> str:
        return period_text(row.corrects)

    @admin.display(description=gettext_lazy("结算周期"))
    def settled_in(self, row: CreditNote) -> str:
        return period_text(row.cycle) if row.cycle else _("下一期")

    @admin.display(description=gettext_lazy("付方"))
    def payer_name(self, row: CreditNote) -> str:
        return row.payer.name

    @admin.display(description=gettext_lazy("收方"))
    def payee_name(self, row: CreditNote) -> str:
        return row.payee.name

    @admin.display(description=gettext_lazy("金额"))
    def money(self, row: CreditNote) -> str:
        return format_yuan(row.fen)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield from parts.disputes(request, Q(pk=row.dispute_id))
        if row.cycle_id:
            party = Q(merchant__in=[row.payer_id, row.payee_id])
            yield parts.statements(request, Q(cycle=row.cycle_id) & party)
