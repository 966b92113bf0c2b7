"""What officers see beside the cases: abuse, patterns, withdrawals, stories, files that were handed out."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.admin.common import CREDIT, register_proposals
from credit.complaints import services as complaints
from credit.complaints.models import (
    AbuseLabel,
    AbuseProposal,
    CaseBundle,
    CaseFile,
    CasePattern,
    CaseStory,
    WithdrawalCheck,
)
from district.kernel.backoffice import (
    ActionForm,
    Menu,
    Pending,
    ReadOnlyAdmin,
    name_verbs,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Moment
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer

name_verbs(
    propose_abuse=gettext_lazy("提出滥用认定"),
    approve_abuse=gettext_lazy("确认滥用投诉"),
    reject_abuse=gettext_lazy("否决滥用认定"),
    dismiss_case_pattern=gettext_lazy("排除可疑线索"),
    check_withdrawal=gettext_lazy("核实撤回原因"),
    export_case_bundle=gettext_lazy("导出案卷"),
    publish_case_story=gettext_lazy("公开维权故事"),
    unpublish_case_story=gettext_lazy("撤下维权故事"),
)
_NUMBER = re.compile(r"[Tt][Ss][0-9]{8,18}")
TONES = {"待复核": "warning", "已通过": "success", "待核实": "warning", "受到压力": "danger"}


class CaseChoiceForm(ActionForm):
    """Which case, by its whole number or id."""

    case = forms.CharField(label=gettext_lazy("案件编号"), max_length=40)

    def clean_case(self) -> CaseFile:
        text = self.cleaned_data["case"].strip()
        rows = CaseFile.objects.filter(kind=CaseFile.Kind.COMPLAINT)
        if _NUMBER.fullmatch(text):
            found = rows.filter(pk=int(text[2:])).first()
        else:
            found = rows.filter(public_id=text).first()
        if found is None:
            raise forms.ValidationError(_("没有这件投诉。"))
        return found


class AbuseForm(ActionForm):
    reasons = forms.CharField(label=gettext_lazy("理由"), max_length=2_000, widget=forms.Textarea)
    evidence = forms.CharField(
        label=gettext_lazy("规律与证据"), max_length=2_000, widget=forms.Textarea
    )


class AbuseOfCaseForm(CaseChoiceForm, AbuseForm):
    field_order = ("case", "reasons", "evidence")


class ProposeAbuse(OperatorAction):
    name, label, icon, is_dangerous = "propose", gettext_lazy("提出滥用认定"), "flag", True
    permission, form_class = "complaints.add_abuseproposal", AbuseOfCaseForm
    explanation = gettext_lazy("由另一位未经办该案的人复核；通过后案件以滥用投诉办结。")
    success_message = gettext_lazy("已提出，等待另一人复核。")
    verb = staticmethod(complaints.propose_abuse)


class ProposeAbuseOfPattern(OperatorAction):
    name, label, icon, is_dangerous = "propose", gettext_lazy("提出滥用认定"), "flag", True
    permission, form_class = "complaints.add_abuseproposal", AbuseForm
    success_message = gettext_lazy("已提出，等待另一人复核。")

    def is_applicable(self, row: Any) -> bool:
        return bool(row.case.is_open)

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        complaints.propose_abuse(case=row.case, by=viewer(request).user, key=key, **cleaned_data)


class ConfirmAbuse(Approve, OperatorAction):
    permission = "complaints.change_abuseproposal"
    explanation = gettext_lazy("通过后案件以滥用投诉办结，投诉人标记 180 天，可申请复核。")
    success_message = gettext_lazy("已认定。")
    verb, row_argument = staticmethod(complaints.confirm_abuse), "proposal"


class RejectAbuse(Reject, OperatorAction):
    permission = "complaints.change_abuseproposal"
    verb, row_argument = staticmethod(complaints.reject_abuse), "proposal"


class OversightAdmin(ReadOnlyAdmin):
    """A list of the office about cases, the newest first."""

    ordering = ["-pk"]
    sortable_by = ()
    list_select_related = ["case"]
    case_number = Column(gettext_lazy("案件"), lambda row: row.case.number)


@admin.register(AbuseProposal)
class AbuseProposalAdmin(OversightAdmin):
    menu = Menu(CREDIT, "flag", 70)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("提出的滥用认定会在这里等待另一人复核。")
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    list_display = ["public_id", "case_number", "state_label", "proposed_by", "proposed_at"]
    list_filter = ["state"]
    fields = [
        *("public_id", "case_number", "reasons", "evidence", "state_label"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    add_action = ProposeAbuse()
    row_actions = (ConfirmAbuse(), RejectAbuse())


@admin.register(AbuseLabel)
class AbuseLabelAdmin(ReadOnlyAdmin):
    menu = Menu(CREDIT, "label", 71)
    operator_permissions = ("view",)
    empty_hint = gettext_lazy("认定为滥用投诉的会员标记 180 天，只供工作人员参考。")
    ordering = ["-pk"]
    sortable_by = ()
    list_select_related = ["proposal__case", "member"]
    case_number = Column(gettext_lazy("案件"), lambda row: row.proposal.case.number)
    member_number = Column(gettext_lazy("会员"), "member__public_id")
    list_display = ["member_number", "case_number", "begins_at", "ends_at", "lifted_at"]
    fields = ["member_number", "case_number", "begins_at", "ends_at", "lifted_at"]


class DismissPattern(OperatorAction):
    name, label, icon = "dismiss", gettext_lazy("排除"), "done"
    permission, row_argument = "complaints.change_casepattern", "pattern"
    success_message = gettext_lazy("已排除。")
    verb = staticmethod(complaints.dismiss_pattern)

    def is_applicable(self, row: Any) -> bool:
        return row.dismissed_at is None


@admin.register(CasePattern)
class CasePatternAdmin(OversightAdmin):
    menu = Menu(CREDIT, "pattern", 72)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("系统发现的重复、雷同、高额索赔等线索，仅供参考，不会自动办结。")
    list_select_related = ["case", "other"]
    kind_label = Choice(gettext_lazy("线索"), "kind")
    other_number = Column(
        gettext_lazy("相关案件"), lambda row: row.other.number if row.other else "—"
    )
    found = Moment(gettext_lazy("发现时间"), "found_at")
    list_display = ["case_number", "kind_label", "other_number", "found", "dismissed_at"]
    list_filter = ["kind"]
    fields = [
        *("case_number", "kind_label", "other_number", "facts", "found"),
        *("dismissed_at", "dismissed_by"),
    ]
    row_actions = (ProposeAbuseOfPattern(), DismissPattern())


class WithdrawalForm(ActionForm):
    is_pressure = forms.BooleanField(
        label=gettext_lazy("受到商户压力"),
        required=False,
        help_text=gettext_lazy("勾选后立即生成一件优先处理的打击报复投诉。"),
    )
    note = forms.CharField(label=gettext_lazy("核实情况"), max_length=1_000, widget=forms.Textarea)


class CheckWithdrawal(OperatorAction):
    name, label, icon = "check", gettext_lazy("核实"), "fact_check"
    permission, form_class = "complaints.change_withdrawalcheck", WithdrawalForm
    row_argument = "check"
    success_message = gettext_lazy("已核实。")
    verb = staticmethod(complaints.check_withdrawal)

    def is_applicable(self, row: Any) -> bool:
        return row.state == WithdrawalCheck.State.OPEN


@admin.register(WithdrawalCheck)
class WithdrawalCheckAdmin(OversightAdmin):
    menu = Menu(CREDIT, "contact_phone", 73)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("商户联系后消费者撤回投诉的，在这里核实是否受到压力。")
    state_label = Choice(gettext_lazy("结论"), "state", TONES)
    opened = Moment(gettext_lazy("提出时间"), "opened_at")
    list_display = ["case_number", "opened", "state_label", "checked_by", "checked_at"]
    list_filter = ["state"]
    fields = ["case_number", "seq", "opened", "state_label", "note", "checked_by", "checked_at"]
    row_actions = (CheckWithdrawal(),)


class StoryForm(ActionForm):
    title = forms.CharField(label=gettext_lazy("标题"), max_length=60)
    text = forms.CharField(
        label=gettext_lazy("内容"),
        max_length=2_000,
        widget=forms.Textarea,
        help_text=gettext_lazy("公众可见；姓名、店名与联系方式会被隐去，请再检查一遍。"),
    )


class PublishStory(OperatorAction):
    name, label, icon = "publish", gettext_lazy("公开"), "publish"
    permission, form_class, row_argument = "complaints.change_casestory", StoryForm, "story"
    explanation = gettext_lazy("须经消费者同意，办结满 30 天。")
    success_message = gettext_lazy("已公开。")
    verb = staticmethod(complaints.publish_story)

    def is_applicable(self, row: Any) -> bool:
        return row.revoked_at is None


class UnpublishForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class UnpublishStory(OperatorAction):
    name, label, icon, is_dangerous = "unpublish", gettext_lazy("撤下"), "visibility_off", True
    permission, form_class, row_argument = "complaints.change_casestory", UnpublishForm, "story"
    success_message = gettext_lazy("已撤下。")
    verb = staticmethod(complaints.unpublish_story)

    def is_applicable(self, row: Any) -> bool:
        return row.published_at is not None


@admin.register(CaseStory)
class CaseStoryAdmin(OversightAdmin):
    menu = Menu(CREDIT, "auto_stories", 74)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("消费者同意公开的案件会列在这里，由工作人员隐去姓名后公开。")
    list_display = ["case_number", "title", "agreed_at", "revoked_at", "published_at"]
    fields = [
        *("public_id", "case_number", "title", "text", "agreed_at", "revoked_at"),
        *("closed_at", "published_at", "published_by"),
    ]
    row_actions = (PublishStory(), UnpublishStory())


class ExportBundle(OperatorAction):
    name, label, icon = "export", gettext_lazy("导出案卷"), "folder_zip"
    permission, form_class = "complaints.add_casebundle", CaseChoiceForm
    explanation = gettext_lazy("案卷可独立核验；每次导出都会记录。")

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        case = cleaned_data["case"]
        bundle, content = complaints.export_bundle(case=case, by=viewer(request).user)
        answer = HttpResponse(content, content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="{case.public_id}.zip"'
        answer["Digest"] = f"sha-256={bundle.sha256}"
        return answer


@admin.register(CaseBundle)
class CaseBundleAdmin(OversightAdmin):
    menu = Menu(CREDIT, "folder_zip", 75)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("导出与移送的案卷会记录在这里。")
    purpose_label = Choice(gettext_lazy("用途"), "purpose")
    list_display = ["public_id", "case_number", "purpose_label", "by", "made_at"]
    list_filter = ["purpose"]
    fields = [
        *("public_id", "case_number", "purpose_label", "by", "made_at"),
        *("seq", "head", "sha256", "size_bytes"),
    ]
    add_action = ExportBundle()


register_proposals({AbuseProposal: gettext_lazy("待复核滥用认定")}, order=76)
register_pending(
    Pending(
        WithdrawalCheck,
        gettext_lazy("待核实撤回"),
        WithdrawalCheck.State.OPEN,
        is_allowed=lambda request: viewer(request).operator,
    ),
    order=77,
)
