"""赔付成员与规则: who is in the scheme, and how much it pays."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from credit.admin.common import register_proposals
from credit.admin.objections import TONES
from credit.compensation import services as compensation
from credit.compensation.admin.common import FUND, FundReasonForm, FundReferenceForm
from credit.compensation.models import FundMembership, FundTerms
from district.kernel.backoffice import ActionForm, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Choice, Column, Moment, Money
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.backoffice.widgets import DayInput
from district.kernel.four_eyes.admin import Approve, Reject
from district.merchants.models import Merchant
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter


class JoinForm(FundReferenceForm):
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))
    amount_fen = YuanField(gettext_lazy("入会出资（元）"))
    field_order = ("merchant", "amount_fen", "reference")

    def prepare(self) -> None:
        rows = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT)
        self.field("merchant").queryset = rows.order_by("name_key", "pk")


class JoinFund(OperatorAction):
    name, label, icon = "join", gettext_lazy("加入先行赔付"), "group_add"
    permission, form_class = "compensation.add_fundmembership", JoinForm
    explanation = gettext_lazy("自此刻起提交的投诉，商户逾期不履行时由基金先行赔付，再向商户追偿。")
    success_message = gettext_lazy("已加入。")
    verb = staticmethod(compensation.join_fund)


class LeaveFund(OperatorAction):
    name, label, icon, is_dangerous = "leave", gettext_lazy("退出"), "logout", True
    permission, form_class = "compensation.change_fundmembership", FundReasonForm
    explanation = gettext_lazy("此前提交的投诉仍由基金赔付，欠款照常追偿。")
    success_message = gettext_lazy("已退出。")
    verb, row_argument = staticmethod(compensation.leave_fund), "membership"

    def is_applicable(self, row: Any) -> bool:
        return row.left_at is None  # type: ignore[no-any-return]


@admin.register(FundMembership)
class FundMembershipAdmin(MerchantScopedAdmin):
    menu = Menu(FUND, "groups", 62)
    required_permission = "manage_credit"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant", "joined_by", "left_by"})
    empty_hint = gettext_lazy("加入先行赔付的商户会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    joined = Moment(gettext_lazy("加入时间"), "joined_at")
    left = Moment(gettext_lazy("退出时间"), "left_at")
    contribution_no = Column(gettext_lazy("出资凭证号"), "contribution__reference")
    list_display = ["merchant", "joined", "left", "contribution_no"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant", "contribution"]
    fields = [
        *("merchant", "contribution_no", "joined", "joined_by"),
        *("left", "left_by", "leave_reason"),
    ]
    add_action = JoinFund()
    row_actions = (LeaveFund(),)


class TermsForm(ActionForm):
    effective_from = forms.DateField(label=gettext_lazy("生效日期"), widget=DayInput)
    case_cap_fen = YuanField(gettext_lazy("单案上限（元）"))
    year_cap_fen = YuanField(gettext_lazy("每商户每年上限（元）"))
    least_contribution_fen = YuanField(gettext_lazy("最低出资（元）"))
    reason = forms.CharField(label=gettext_lazy("依据"), max_length=200)


class ProposeTerms(OperatorAction):
    name, label, icon = "propose", gettext_lazy("提出赔付规则"), "rule"
    permission, form_class = "compensation.add_fundterms", TermsForm
    explanation = gettext_lazy("由另一人复核，最早从明天起生效；已转入赔付的案件不受影响。")
    success_message = gettext_lazy("已提交，等待复核。")
    verb = staticmethod(compensation.propose_terms)


class ApproveTerms(Approve, OperatorAction):
    permission = "compensation.change_fundterms"
    explanation = gettext_lazy("通过后从生效日期起适用。")
    success_message = gettext_lazy("已通过。")
    verb, row_argument = staticmethod(compensation.approve_terms), "proposal"


class RejectTerms(Reject, OperatorAction):
    permission = "compensation.change_fundterms"
    verb, row_argument = staticmethod(compensation.reject_terms), "proposal"


@admin.register(FundTerms)
class FundTermsAdmin(ReadOnlyAdmin):
    menu = Menu(FUND, "rule", 63)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("赔付上限与最低出资由两人发布；发布之前基金不赔付。")
    ordering = ["-effective_from", "-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    case_cap = Money(gettext_lazy("单案上限"), "case_cap_fen")
    year_cap = Money(gettext_lazy("每商户每年上限"), "year_cap_fen")
    least = Money(gettext_lazy("最低出资"), "least_contribution_fen")
    list_display = ["effective_from", "case_cap", "year_cap", "least", "state_label"]
    list_filter = ["state"]
    fields = [
        *("effective_from", "case_cap", "year_cap", "least", "reason", "state_label"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    add_action = ProposeTerms()
    row_actions = (ApproveTerms(), RejectTerms())


register_proposals({FundTerms: gettext_lazy("待复核赔付规则")}, order=76)
