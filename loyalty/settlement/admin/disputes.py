"""Disputes: raised by a side of a line, decided once by an operator, put right by a credit note."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Choice
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, PostAction, ScopedFilter, viewer
from loyalty.settlement import services as settlement
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import (
    SETTLEMENT,
    SettlementAdmin,
    SettlementReasonForm,
)
from loyalty.settlement.models import CreditNote, Dispute
from loyalty.settlement.services.credit_notes import Correction


class _DecideDispute(OperatorAction):
    form_class = SettlementReasonForm
    states = {Dispute.State.OPEN}
    row_argument, argument_names = "dispute", {"words": "decision"}


class UpholdDispute(_DecideDispute):
    name, label, icon = "uphold", gettext_lazy("争议成立"), "check_circle"
    explanation = gettext_lazy("成立之后，可据此提出贷项通知，在下一期更正。")
    success_message = gettext_lazy("已判定成立。")
    verb = staticmethod(settlement.uphold_dispute)


class RejectDispute(_DecideDispute):
    name, label, icon = "reject", gettext_lazy("驳回争议"), "cancel"
    success_message = gettext_lazy("已驳回。")
    is_dangerous = True
    verb = staticmethod(settlement.reject_dispute)


class WithdrawDispute(PostAction):
    name, label, icon = "withdraw", gettext_lazy("撤回争议"), "undo"
    success_message = gettext_lazy("争议已撤回。")
    required_permission, states = "view_clearing", {Dispute.State.OPEN}
    verb, row_argument = staticmethod(settlement.withdraw_dispute), "dispute"


class CorrectionForm(ActionForm):
    way = forms.ChoiceField(label=gettext_lazy("谁付给谁"))
    yuan = YuanField(gettext_lazy("金额（元）"))
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def prepare(self) -> None:
        line = self.row.line
        payment_text = _("%(payer)s 付给 %(payee)s")
        self.field("way").choices = [
            ("back", payment_text % {"payer": line.redeemer.name, "payee": line.issuer.name}),
            ("on", payment_text % {"payer": line.issuer.name, "payee": line.redeemer.name}),
        ]


class CorrectLine(OperatorAction):
    """A credit note for an upheld dispute; another person approves it."""

    name, label, icon = "correct", gettext_lazy("提出贷项通知"), "receipt"
    explanation = gettext_lazy("已结账的周期不再改变：更正在下一期结算，须由另一人复核。")
    success_message = gettext_lazy("贷项通知已提出，等待另一人复核。")
    form_class = CorrectionForm

    def is_applicable(self, row: Dispute) -> bool:
        live = (CreditNote.State.PROPOSED, CreditNote.State.APPROVED)
        return (
            row.state == Dispute.State.UPHELD
            and not row.credit_notes.filter(state__in=live).exists()
        )

    def run(
        self, request: HttpRequest, row: Dispute, cleaned_data: dict[str, Any], key: Key
    ) -> Any:
        line = row.line
        sides = (
            [line.redeemer, line.issuer]
            if cleaned_data["way"] == "back"
            else [line.issuer, line.redeemer]
        )
        correction = Correction(
            cycle=line.cycle,
            payer=sides[0],
            payee=sides[1],
            fen=cleaned_data["yuan"],
            reason=cleaned_data["reason"],
            dispute=row,
        )
        return settlement.propose_credit_note(
            correction=correction, by=viewer(request).user, key=key
        )


@admin.register(Dispute)
class DisputeAdmin(SettlementAdmin):
    menu = Menu(SETTLEMENT, "gavel", 50)
    operator_only = frozenset({"merchant", "decided_by"})
    empty_hint = gettext_lazy("商户认为清分明细有误时，在明细上提出争议。")
    state_label = Choice(
        gettext_lazy("状态"),
        "state",
        {"待处理": "warning", "成立": "success", "不成立": "", "已撤回": ""},
    )
    list_display = ["public_id", "state_label", "merchant", "reason", "opened_at"]
    list_filter = ["state", ("merchant", ScopedFilter), ("opened_at", DayRangeFilter)]
    list_select_related = ["merchant"]
    fields = [
        "public_id",
        "state_label",
        "merchant",
        "reason",
        "opened_by",
        "opened_at",
        "decision",
        "decided_by",
        "decided_at",
    ]
    row_actions = (UpholdDispute(), RejectDispute(), CorrectLine(), WithdrawDispute())

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield from parts.lines(request, Q(pk=row.line_id), title=_("清分明细"))
        yield from parts.credit_notes(request, Q(dispute=row), title=_("贷项通知"))
