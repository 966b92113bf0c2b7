"""更正申请与商户说明: what a merchant says to a fact, and who decides."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from credit import services as credit
from credit.admin.common import CREDIT, CreditAction, register_proposals
from credit.models import FactCorrection, MerchantStatement
from credit.services.objections import Fact
from district.kernel.backoffice import ActionForm, Menu
from district.kernel.backoffice.columns import Choice, Column, Moment
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.idempotency import Key
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, viewer

TONES = {"待复核": "warning", "已通过": "success", "已拒绝": ""}


class FactCorrectionForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("更正理由"), max_length=500)


class StatementForm(ActionForm):
    text = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=300,
        help_text=gettext_lazy("公众可见；请勿写个人信息。"),
    )


class _OnFact(CreditAction):
    def fact_of(self, row: Any) -> Fact:
        """The fact that a row of the screen is."""
        return row  # type: ignore[no-any-return]


class RequestCorrection(_OnFact):
    name, label, icon = "correct", gettext_lazy("申请更正"), "edit_note"
    form_class = FactCorrectionForm
    explanation = gettext_lazy("由另一人在 10 个工作日内复核；在此期间公示“有异议”。")
    success_message = gettext_lazy("已提交，等待复核。")

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        credit.request_correction(
            merchant=row.merchant,
            fact=self.fact_of(row),
            by=viewer(request).user,
            key=key,
            **cleaned_data,
        )


class SubmitStatement(_OnFact):
    name, label, icon = "state", gettext_lazy("提交说明"), "chat"
    form_class = StatementForm
    explanation = gettext_lazy("每项事实可有一条说明，审核后与该事实一并公示。")
    success_message = gettext_lazy("已提交，等待审核。")

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        credit.submit_statement(
            merchant=row.merchant,
            fact=self.fact_of(row),
            by=viewer(request).user,
            key=key,
            **cleaned_data,
        )


class _CorrectCase(RequestCorrection):
    def fact_of(self, row: Any) -> Fact:
        return str(row.case)


class _StateOnCase(SubmitStatement):
    def fact_of(self, row: Any) -> Fact:
        return str(row.case)


def fact_actions() -> tuple[CreditAction, ...]:
    """What a merchant may say to the rows of a screen, which are facts."""
    return RequestCorrection(), SubmitStatement()


def case_actions() -> tuple[CreditAction, ...]:
    """The same for rows that are outcomes of complaints."""
    return _CorrectCase(), _StateOnCase()


class UpholdCorrection(Approve, OperatorAction):
    permission = "credit.change_factcorrection"
    explanation = gettext_lazy("通过后这项事实不再计入，已公示的等级将重新计算。")
    success_message = gettext_lazy("已更正。")
    verb, row_argument = staticmethod(credit.uphold_correction), "proposal"


class RejectCorrection(Reject, OperatorAction):
    permission = "credit.change_factcorrection"
    verb, row_argument = staticmethod(credit.reject_correction), "proposal"


class ApproveStatement(Approve, OperatorAction):
    permission = "credit.change_merchantstatement"
    explanation = gettext_lazy("通过后与该事实一并公示。")
    success_message = gettext_lazy("已公示。")
    verb, row_argument = staticmethod(credit.approve_statement), "proposal"


class RejectStatement(Reject, OperatorAction):
    permission = "credit.change_merchantstatement"
    verb, row_argument = staticmethod(credit.reject_statement), "proposal"


class ObjectionAdmin(MerchantScopedAdmin):
    required_permission = "manage_credit"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant", "decided_by"})
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    fact_name = Column(gettext_lazy("事实"), lambda row: row.fact)
    list_filter = ["state"]
    list_select_related = ["merchant", "inspection", "record", "rating"]


@admin.register(FactCorrection)
class FactCorrectionAdmin(ObjectionAdmin):
    menu = Menu(CREDIT, "edit_note", 50)
    empty_hint = gettext_lazy("商户对巡查、失信记录、评价或投诉结果申请的更正会在这里等待复核。")
    due = Moment(gettext_lazy("应于此前办结"), "due_at")
    list_display = ["public_id", "merchant", "fact_name", "state_label", "due"]
    fields = [
        *("public_id", "merchant", "fact_name", "reason", "state_label", "due"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    row_actions = (UpholdCorrection(), RejectCorrection())


@admin.register(MerchantStatement)
class MerchantStatementAdmin(ObjectionAdmin):
    menu = Menu(CREDIT, "chat", 51)
    empty_hint = gettext_lazy("商户对事实的说明会在这里等待审核。")
    list_display = ["text", "merchant", "fact_name", "state_label", "proposed_at"]
    fields = [
        *("text", "merchant", "fact_name", "state_label"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    row_actions = (ApproveStatement(), RejectStatement())


register_proposals(
    {
        FactCorrection: gettext_lazy("待复核更正申请"),
        MerchantStatement: gettext_lazy("待审核商户说明"),
    },
    order=70,
)
