"""赔付付款: the cases that wait for the fund, and the money on its way."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.compensation import services as compensation
from credit.compensation.admin.common import FUND, FundNoteForm, FundReferenceForm, fund_panel
from credit.compensation.models import FundPayment, PaymentAttempt
from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Panel,
    Pending,
    ReadOnlyAdmin,
    Section,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.four_eyes.admin import ApprovalForm, RejectionForm
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, viewer

State = PaymentAttempt.State
PAYMENT_TONES = {"待付款": "warning", "付款中": "info", "已赔付": "success", "无需赔付": ""}
ATTEMPT_TONES = {"待复核": "warning", "已发出": "info", "已到账": "success", "未成功": "danger"}


class AttemptForm(ActionForm):
    method = forms.ChoiceField(
        label=gettext_lazy("付款方式"), choices=PaymentAttempt.Method.choices
    )
    payee_hint = forms.CharField(
        label=gettext_lazy("收款提示"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("仅便于核对，如账号末四位；请勿填写完整账号。"),
    )


class ProposeAttempt(OperatorAction):
    name, label, icon = "propose", gettext_lazy("提出付款"), "payments"
    permission, form_class = "compensation.add_paymentattempt", AttemptForm
    explanation = gettext_lazy("按处理方案全额付给消费者；款项先从基金中备付，由另一人复核后发出。")
    success_message = gettext_lazy("已备付，等待另一人复核。")
    states = (FundPayment.State.DUE,)
    verb, row_argument = staticmethod(compensation.propose_attempt), "payment"

    def aside(self, request: HttpRequest, row: Any) -> Iterable[Panel]:
        return fund_panel(request, row)


@admin.register(FundPayment)
class FundPaymentAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(FUND, "volunteer_activism", 64)
    required_permission = "manage_credit"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("商户逾期未履行、转由基金赔付的案件会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    case_number = Column(gettext_lazy("案件"), "case__number")
    state_label = Choice(gettext_lazy("状态"), "state", PAYMENT_TONES)
    amount = Money(gettext_lazy("金额"), "amount_fen")
    due = Moment(gettext_lazy("转入时间"), "due_at")
    paid = Moment(gettext_lazy("赔付时间"), "paid_at")
    list_display = ["public_id", "case_number", "merchant", "amount", "state_label", "due", "paid"]
    list_filter = ["state", ("due_at", DayRangeFilter)]
    list_select_related = ["case", "merchant"]
    exact_fields = ("public_id", "case__public_id")
    search_help_text = gettext_lazy("完整的编号或案件编号")
    fields = ["public_id", "case_number", "merchant", "amount", "state_label", "due", "paid"]
    row_actions = (ProposeAttempt(),)

    def sections(self, request: HttpRequest, row: FundPayment) -> Iterable[Section]:
        if not viewer(request).operator:
            return
        yield table(
            _("付款"),
            [
                Link(_("编号"), "public_id"),
                Choice(_("方式"), "method"),
                Choice(_("状态"), "state"),
                Column(_("凭证号"), "reference"),
                Moment(_("登记时间"), "ended_at"),
            ],
            row.attempts.order_by("pk"),
            empty=_("还没有提出付款。"),
        )


class _OnAttempt(OperatorAction):
    permission, row_argument = "compensation.change_paymentattempt", "attempt"


class _DecideAttempt(_OnAttempt):
    """Not offered to whoever proposed it; the verb refuses them too."""

    states = (State.PROPOSED,)

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        own = row is not None and row.proposed_by_id == viewer(request).user.pk
        return not own and super().is_allowed(request, row)


class ApproveAttempt(_DecideAttempt):
    name, label, icon = "approve", gettext_lazy("通过并发出"), "check_circle"
    form_class = ApprovalForm
    explanation = gettext_lazy("通过后在网银、微信商户平台或柜台付出这笔款项，再登记结果。")
    success_message = gettext_lazy("已通过，请付款后登记结果。")
    verb = staticmethod(compensation.approve_attempt)


class RejectAttempt(_DecideAttempt):
    name, label, icon, form_class = "reject", gettext_lazy("退回"), "cancel", RejectionForm
    explanation = gettext_lazy("备付的款项回到基金，案件继续等待赔付。")
    success_message = gettext_lazy("已退回。")
    verb = staticmethod(compensation.reject_attempt)


class SuccessForm(FundReferenceForm):
    proof = forms.CharField(label=gettext_lazy("付款凭证说明"), max_length=200)
    field_order = ("reference", "proof")


class NoteSuccess(_OnAttempt):
    name, label, icon, form_class = "succeed", gettext_lazy("登记到账"), "task_alt", SuccessForm
    explanation = gettext_lazy(
        "消费者已收到款项：案件进入确认，商户向基金欠款。登记为失败后才查明已到账的，也在此登记。"
    )
    success_message = gettext_lazy("已登记到账。")
    states = (State.SENT, State.FAILED)
    verb = staticmethod(compensation.note_attempt_succeeded)


class NoteFailure(_OnAttempt):
    name, label, icon, form_class = "fail", gettext_lazy("登记未成功"), "error", FundNoteForm
    explanation = gettext_lazy("款项未付出或已退回：基金收回备付，案件继续等待赔付。")
    success_message = gettext_lazy("已登记，案件仍待赔付。")
    states = (State.SENT,)
    verb = staticmethod(compensation.note_attempt_failed)


class RecordReturn(_OnAttempt):
    name, label, icon, form_class = (
        "surplus",
        gettext_lazy("登记多付追回"),
        "undo",
        FundReferenceForm,
    )
    success_message = gettext_lazy("已登记追回。")
    verb = staticmethod(compensation.record_surplus_return)

    def is_applicable(self, row: Any) -> bool:
        return row.is_surplus  # type: ignore[no-any-return]


@admin.register(PaymentAttempt)
class PaymentAttemptAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(FUND, "send_money", 65)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("提出的赔付付款会在这里等待复核与登记结果。")
    ordering = ["-pk"]
    sortable_by = ()
    payment_no = Link(gettext_lazy("赔付"), "payment__public_id", to="payment")
    amount = Money(gettext_lazy("金额"), "payment__amount_fen")
    method_label = Choice(gettext_lazy("付款方式"), "method")
    state_label = Choice(gettext_lazy("状态"), "state", ATTEMPT_TONES)
    list_display = ["public_id", "payment_no", "amount", "method_label", "state_label", "reference"]
    list_filter = ["state", "method", "is_surplus"]
    list_select_related = ["payment"]
    exact_fields = ("public_id", "reference", "payment__public_id")
    search_help_text = gettext_lazy("完整的编号、赔付编号或付款凭证号")
    fields = [
        *("public_id", "payment_no", "amount", "method_label", "payee_hint", "state_label"),
        *("is_surplus", "proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
        *("reference", "outcome_note", "ended_by", "ended_at"),
    ]
    row_actions = (
        ApproveAttempt(),
        RejectAttempt(),
        NoteSuccess(),
        NoteFailure(),
        RecordReturn(),
    )


for _model, _label, _state, _order in (
    (FundPayment, gettext_lazy("待赔付案件"), FundPayment.State.DUE, 42),
    (PaymentAttempt, gettext_lazy("待复核赔付付款"), State.PROPOSED, 43),
    (PaymentAttempt, gettext_lazy("待登记结果的赔付付款"), State.SENT, 44),
):
    register_pending(
        Pending(_model, _label, _state, is_allowed=lambda request: viewer(request).operator),
        order=_order,
    )
