"""The back office of consent: what it is asked for, the texts, what members said; and what acts are called in the journal."""

from collections.abc import Iterable

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.consent import services as consent
from district.consent.models import ConsentEvent, NoticeVersion, Purpose
from district.consent.queries import switches_of
from district.consent.values import Channel
from district.kernel.backoffice import (
    ActionForm,
    Menu,
    MenuGroup,
    Pending,
    ReadOnlyAdmin,
    name_verbs,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Moment
from district.kernel.backoffice.sections import Section, add_sections, format_instant
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.four_eyes.model import Proposal
from district.members.models import Member
from district.merchants.scope import OperatorAction, viewer

CONSENT = MenuGroup(gettext_lazy("同意与隐私"), order=39)
TONES = {"待复核": "warning", "已通过": "success", "已拒绝": ""}
ACTION_TONES = {"同意": "success", "按新版再次同意": "success", "拒绝": "danger", "撤回": "danger"}

name_verbs(
    propose_notice=gettext_lazy("提出告知文本"),
    approve_notice=gettext_lazy("发布告知文本"),
    reject_notice=gettext_lazy("拒绝告知文本"),
    set_minor=gettext_lazy("标记是否未满十四周岁"),
)


@admin.register(Purpose)
class PurposeAdmin(ReadOnlyAdmin):
    menu = Menu(CONSENT, "rule", 10)
    operator_permissions = ("view",)
    empty_hint = gettext_lazy("用途由系统给出。")
    ordering = ["pk"]
    sortable_by = ()
    kind_label = Choice(gettext_lazy("类别"), "kind", {})
    basis_label = Choice(gettext_lazy("合法性基础"), "legal_basis", {})
    list_display = ["name", "kind_label", "basis_label", "is_sensitive", "needs_separate"]
    fields = [
        *("name", "kind_label", "basis_label", "is_sensitive", "needs_separate"),
        *("is_per_merchant", "has_channels", "is_open_to_minors", "valid_days"),
    ]


class NoticeForm(ActionForm):
    purpose = forms.ModelChoiceField(Purpose.objects.order_by("pk"), label=gettext_lazy("用途"))
    channel = forms.ChoiceField(label=gettext_lazy("渠道"), choices=Channel.choices)
    title = forms.CharField(label=gettext_lazy("标题"), max_length=80)
    body = forms.CharField(
        label=gettext_lazy("正文"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 10})
    )
    data_categories = forms.CharField(label=gettext_lazy("个人信息种类"), max_length=200)
    recipients = forms.CharField(label=gettext_lazy("接收方"), max_length=200)
    retention = forms.CharField(label=gettext_lazy("保存期限"), max_length=100)
    is_major_change = forms.BooleanField(
        label=gettext_lazy("用途、信息种类或接收方有变更"),
        required=False,
        help_text=gettext_lazy("生效后，按旧文本作出的同意不再有效。"),
    )


class ProposeNotice(OperatorAction):
    name, label, icon = "propose", gettext_lazy("提出告知文本"), "post_add"
    permission, form_class = "consent.add_noticeversion", NoticeForm
    explanation = gettext_lazy("由另一人复核后发布；发布后不能再修改，只能发布新版。")
    success_message = gettext_lazy("已提交，等待复核。")
    verb = staticmethod(consent.propose_notice)


class ApproveNotice(Approve, OperatorAction):
    permission = "consent.change_noticeversion"
    explanation = gettext_lazy("通过后立即发布，不能再修改。")
    success_message = gettext_lazy("已发布。")
    verb, row_argument = staticmethod(consent.approve_notice), "proposal"


class RejectNotice(Reject, OperatorAction):
    permission = "consent.change_noticeversion"
    verb, row_argument = staticmethod(consent.reject_notice), "proposal"


@admin.register(NoticeVersion)
class NoticeVersionAdmin(ReadOnlyAdmin):
    menu = Menu(CONSENT, "article", 11)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("发布告知文本后，会员才能作出同意。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    channel_label = Choice(gettext_lazy("渠道"), "channel", {})
    effective = Moment(gettext_lazy("生效时间"), "effective_from")
    list_display = ["title", "purpose", "channel_label", "version", "state_label", "effective"]
    list_filter = ["purpose", "state"]
    list_select_related = ["purpose"]
    fields = [
        *("public_id", "purpose", "channel_label", "title", "body", "data_categories"),
        *("recipients", "retention", "is_major_change", "effective", "version", "major", "sha256"),
        *("state_label", "proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    add_action = ProposeNotice()
    row_actions = (ApproveNotice(), RejectNotice())


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnlyAdmin):
    """The log names subjects by their numbers; who it is stands on the member's page."""

    menu = Menu(CONSENT, "history", 12)
    operator_permissions = ("view",)
    empty_hint = gettext_lazy("会员作出第一个选择后，这里会有记录。")
    ordering = ["-pk"]
    sortable_by = ()
    action_label = Choice(gettext_lazy("动作"), "action", ACTION_TONES)
    origin_label = Choice(gettext_lazy("来源"), "origin", {})
    channel_label = Choice(gettext_lazy("渠道"), "channel", {})
    made = Moment(gettext_lazy("时间"), "at")
    subject_label = Column(gettext_lazy("主体编号"), lambda row: str(row.subject.uuid))
    list_display = ["made", "action_label", "purpose", "channel_label", "subject_label"]
    list_filter = ["purpose", "action"]
    list_select_related = ["purpose", "subject"]
    fields = [
        *("subject_label", "sequence", "purpose", "merchant", "channel_label", "action_label"),
        *("origin_label", "notice", "control_id", "made", "prev_hash", "hash"),
    ]


def consents_of_member(request: HttpRequest, member: Member) -> Iterable[Section]:
    if not viewer(request).operator:
        return
    yield Section(
        _("授权"),
        [_("用途"), _("商户"), _("渠道"), _("状态"), _("自"), _("文本")],
        [
            (
                switch.purpose.name,
                switch.merchant.name if switch.merchant else "—",
                Channel(switch.channel).label,
                switch.reason.label,
                format_instant(switch.since),
                f"{switch.agreed_notice.title} v{switch.agreed_notice.version}"
                if switch.agreed_notice
                else "—",
            )
            for switch in switches_of(member)
        ],
        empty=_("没有用途。"),
    )


add_sections("members.member", consents_of_member)
register_pending(
    Pending(
        NoticeVersion,
        gettext_lazy("待发布告知文本"),
        Proposal.State.PROPOSED,
        is_allowed=lambda request: viewer(request).operator,
        unless=lambda request: Q(proposed_by=viewer(request).user),
    ),
    order=77,
)
