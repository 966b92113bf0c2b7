"""The back office of the charter: its versions, pledges, and what merchants put right by themselves."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from credit.admin.common import CREDIT, CreditAction, CreditMerchantForm, register_proposals
from credit.charter import services as charter
from credit.charter.models import CharterPledge, CharterVersion, SelfDisciplineRecord
from credit.charter.queries import published_charters
from district.kernel import clock
from district.kernel.backoffice import ActionForm, Menu, ReadOnlyAdmin, name_verbs
from district.kernel.backoffice.columns import Choice, Moment
from district.kernel.backoffice.widgets import DayInput
from district.kernel.four_eyes.admin import Approve, Reject
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, RoleAction, ScopedFilter

TONES = {"待复核": "warning", "已通过": "success", "已拒绝": ""}

name_verbs(
    propose_charter=gettext_lazy("提出公约文本"),
    approve_charter=gettext_lazy("发布公约"),
    reject_charter=gettext_lazy("拒绝公约文本"),
    sign_charter=gettext_lazy("签署公约"),
    leave_charter=gettext_lazy("提出退出公约"),
    report_self_discipline=gettext_lazy("上报自律记录"),
    approve_self_discipline=gettext_lazy("通过自律记录"),
    reject_self_discipline=gettext_lazy("拒绝自律记录"),
)


class CharterForm(ActionForm):
    title = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    text = forms.CharField(
        label=gettext_lazy("正文"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 16})
    )


class ProposeCharter(OperatorAction):
    name, label, icon = "propose", gettext_lazy("提出公约文本"), "post_add"
    permission, form_class = "charter.add_charterversion", CharterForm
    explanation = gettext_lazy("由另一人复核后发布；已签署旧版的商户在签署新版之前受旧版约束。")
    success_message = gettext_lazy("已提交，等待复核。")
    verb = staticmethod(charter.propose_charter)


class ApproveCharter(Approve, OperatorAction):
    permission = "charter.change_charterversion"
    explanation = gettext_lazy("通过后立即发布，不能再修改。")
    success_message = gettext_lazy("已发布。")
    verb, row_argument = staticmethod(charter.approve_charter), "proposal"


class RejectCharter(Reject, OperatorAction):
    permission = "charter.change_charterversion"
    verb, row_argument = staticmethod(charter.reject_charter), "proposal"


@admin.register(CharterVersion)
class CharterVersionAdmin(ReadOnlyAdmin):
    menu = Menu(CREDIT, "gavel", 60)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("提出公约文本，由另一人发布后，商户即可签署。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    published = Moment(gettext_lazy("复核时间"), "decided_at")
    list_display = ["title", "state_label", "published"]
    fields = [
        *("public_id", "title", "text", "state_label", "proposed_by", "proposed_at"),
        *("decided_by", "published", "decision"),
    ]
    add_action = ProposeCharter()
    row_actions = (ApproveCharter(), RejectCharter())


class SignForm(CreditMerchantForm):
    version = forms.ModelChoiceField(
        CharterVersion.objects.none(),
        label=gettext_lazy("公约"),
        help_text=gettext_lazy("全文见 /charter/。"),
    )
    pledge = forms.CharField(
        label=gettext_lazy("诚信承诺"),
        max_length=300,
        help_text=gettext_lazy("用商户自己的话写，公众可见。"),
    )

    def prepare(self) -> None:
        super().prepare()
        newest = published_charters(clock.now()).values_list("pk", flat=True)[:1]
        self.field("version").queryset = CharterVersion.objects.filter(pk__in=list(newest))


class SignCharter(RoleAction):
    required_permission = "sign_charter"
    name, label, icon = "sign", gettext_lazy("签署公约"), "draw"
    form_class = SignForm
    explanation = gettext_lazy("签署后，联盟可按公约裁定投诉、登记违约；退出须提前 30 天提出。")
    success_message = gettext_lazy("已签署并公示。")
    verb = staticmethod(charter.sign_charter)


class NoticeForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("退出原因"), max_length=200)


class GiveNotice(RoleAction):
    required_permission = "sign_charter"
    name, label, icon, is_dangerous = "leave", gettext_lazy("提出退出"), "logout", True
    form_class = NoticeForm
    explanation = gettext_lazy("30 天后不再受公约约束；在此之前仍受约束，再次签署即撤回。")
    success_message = gettext_lazy("已提出。")
    verb, row_argument = staticmethod(charter.give_notice), "pledge"

    def is_applicable(self, row: Any) -> bool:
        return row.replaced_at is None and row.notice_at is None


@admin.register(CharterPledge)
class CharterPledgeAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "draw", 61)
    required_permission = "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("签署公约后，诚信承诺会公示。")
    ordering = ["-pk"]
    sortable_by = ()
    signed = Moment(gettext_lazy("签署时间"), "signed_at")
    ends = Moment(gettext_lazy("终止时间"), "ends_at")
    list_display = ["version", "merchant", "pledge", "signed", "ends"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["version", "merchant"]
    fields = [
        *("public_id", "version", "merchant", "pledge", "signed", "notice_at"),
        *("leave_reason", "ends", "replaced_at"),
    ]
    add_action = SignCharter()
    row_actions = (GiveNotice(),)


class SelfDisciplineForm(CreditMerchantForm):
    found_on = forms.DateField(label=gettext_lazy("发现日期"), widget=DayInput)
    matter = forms.CharField(label=gettext_lazy("发现的问题"), max_length=300)
    correction = forms.CharField(label=gettext_lazy("整改措施"), max_length=500)


class ReportSelfDiscipline(CreditAction):
    name, label, icon = "report", gettext_lazy("上报自律记录"), "self_improvement"
    form_class = SelfDisciplineForm
    explanation = gettext_lazy("由商圈复核后公示，既不加分也不扣分。请勿写个人信息。")
    success_message = gettext_lazy("已提交，等待复核。")
    verb = staticmethod(charter.report_self_discipline)


class ApproveSelfDiscipline(Approve, OperatorAction):
    permission = "charter.change_selfdisciplinerecord"
    explanation = gettext_lazy("通过后公示。")
    success_message = gettext_lazy("已公示。")
    verb, row_argument = staticmethod(charter.approve_self_discipline), "proposal"


class RejectSelfDiscipline(Reject, OperatorAction):
    permission = "charter.change_selfdisciplinerecord"
    verb, row_argument = staticmethod(charter.reject_self_discipline), "proposal"


@admin.register(SelfDisciplineRecord)
class SelfDisciplineRecordAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "self_improvement", 62)
    required_permission = "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant", "proposed_by", "decided_by"})
    empty_hint = gettext_lazy("商户上报自查自纠后，由商圈复核公示。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    list_display = ["matter", "merchant", "found_on", "state_label"]
    list_filter = [("merchant", ScopedFilter), "state"]
    list_select_related = ["merchant"]
    fields = [
        *("public_id", "merchant", "found_on", "matter", "correction", "state_label"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    add_action = ReportSelfDiscipline()
    row_actions = (ApproveSelfDiscipline(), RejectSelfDiscipline())


register_proposals(
    {
        CharterVersion: gettext_lazy("待发布公约文本"),
        SelfDisciplineRecord: gettext_lazy("待复核自律记录"),
    },
    order=75,
)
