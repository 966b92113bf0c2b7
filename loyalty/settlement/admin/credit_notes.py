"""Credit notes: corrections of closed cycles, proposed by one person and decided by another one."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, Menu, Section
from district.kernel.backoffice.columns import Choice, Column, Money
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.idempotency import Key
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction, viewer
from loyalty.settlement import services as settlement
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import (
    SETTLEMENT,
    SettlementAdmin,
    SettlementReasonForm,
    period_text,
)
from loyalty.settlement.models import CreditNote, Cycle
from loyalty.settlement.services.credit_notes import Correction


class CreditNoteForm(ActionForm):
    cycle = forms.ModelChoiceField(Cycle.objects.none(), label=gettext_lazy("更正周期"))
    payer = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("付方"))
    payee = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("收方"))
    yuan = YuanField(gettext_lazy("金额（元）"))
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
    permission = "settlement.add_creditnote"

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        correction = Correction(
            cycle=cleaned_data["cycle"],
            payer=cleaned_data["payer"],
            payee=cleaned_data["payee"],
            fen=cleaned_data["yuan"],
            reason=cleaned_data["reason"],
        )
        return settlement.propose_credit_note(
            correction=correction, by=viewer(request).user, key=key
        )


class ApproveNote(Approve, OperatorAction):
    explanation = gettext_lazy("通过之后，在下一次提出结账的周期里结算。")
    success_message = gettext_lazy("贷项通知已通过。")
    icon, is_dangerous = "verified", True
    form_class = ActionForm
    verb, row_argument = staticmethod(settlement.approve_credit_note), "note"


class RejectNote(Reject, OperatorAction):
    success_message = gettext_lazy("贷项通知已拒绝。")
    form_class = SettlementReasonForm
    verb, row_argument = staticmethod(settlement.reject_credit_note), "note"
    argument_names = {"words": "decision"}


@admin.register(CreditNote)
class CreditNoteAdmin(SettlementAdmin):
    menu = Menu(SETTLEMENT, "receipt", 60)
    merchant_paths = ("payer", "payee")
    operator_permissions = ("view", "add")
    operator_only = frozenset({"proposed_by", "decided_by", "decision", "dispute"})
    empty_hint = gettext_lazy("已结账的周期有误时，用贷项通知在下一期更正。")
    state_label = Choice(
        gettext_lazy("状态"), "state", {"待复核": "warning", "已通过": "success", "已拒绝": ""}
    )
    corrected = Column(gettext_lazy("更正周期"), lambda row: period_text(row.corrects))
    settled_in = Column(
        gettext_lazy("结算周期"), lambda row: period_text(row.cycle) if row.cycle else _("下一期")
    )
    payer_name = Column(gettext_lazy("付方"), "payer__name")
    payee_name = Column(gettext_lazy("收方"), "payee__name")
    money = Money(gettext_lazy("金额"), "fen")
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
        """A proposal under review is visible to operators only."""
        rows = super().get_queryset(request)
        if viewer(request).operator:
            return rows
        return rows.filter(state=CreditNote.State.APPROVED)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield from parts.disputes(request, Q(pk=row.dispute_id))
        if row.cycle_id:
            party = Q(merchant__in=[row.payer_id, row.payee_id])
            yield parts.statements(request, Q(cycle=row.cycle_id) & party)
