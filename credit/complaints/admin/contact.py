"""案件留言: what the sides write to each other; officers let held ones through, merchants answer."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from credit.admin.common import CREDIT
from credit.complaints import services as complaints
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseMessage
from credit.complaints.queries.messages import takes_messages
from district.kernel.backoffice import ActionForm, Menu, Pending, name_verbs, register_pending
from district.kernel.backoffice.columns import Choice, Column, Moment
from district.kernel.backoffice.search import ExactSearch
from district.kernel.idempotency import Key
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, PostAction, viewer

TONES = {"待审核": "warning", "已送达": "success"}
State = CaseMessage.State

name_verbs(
    release_case_message=gettext_lazy("放行案件留言"),
    refuse_case_message=gettext_lazy("拦截案件留言"),
)


class MessageForm(ActionForm):
    text = forms.CharField(
        label=gettext_lazy("留言"),
        max_length=500,
        help_text=gettext_lazy("电话、微信号等联系方式会被隐去。"),
    )


class AnswerMessage(PostAction):
    """The merchant writes back."""

    required_permission = "manage_credit"
    name, label, icon = "answer", gettext_lazy("回复"), "reply"
    form_class = MessageForm
    success_message = gettext_lazy("已留言。")

    def is_applicable(self, row: Any) -> bool:
        return takes_messages(row.case)

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        by = viewer(request).user
        complaints.read_messages(case=row.case, actor=CaseActor.MERCHANT, by=by)
        complaints.send_message(
            case=row.case, actor=CaseActor.MERCHANT, by=by, text=cleaned_data["text"], key=key
        )


class ReleaseMessage(OperatorAction):
    name, label, icon = "release", gettext_lazy("放行"), "check_circle"
    permission, row_argument, states = "complaints.change_casemessage", "message", (State.HELD,)
    explanation = gettext_lazy("放行后对方可以看到这条留言。")
    success_message = gettext_lazy("已放行。")
    verb = staticmethod(complaints.release_message)


class RefusalForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class RefuseMessage(OperatorAction):
    name, label, icon, is_dangerous = "refuse", gettext_lazy("拦截"), "block", True
    permission, row_argument, states = "complaints.change_casemessage", "message", (State.HELD,)
    form_class = RefusalForm
    success_message = gettext_lazy("已拦截。")
    verb = staticmethod(complaints.refuse_message)


@admin.register(CaseMessage)
class CaseMessageAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(CREDIT, "forum", 62)
    merchant_paths, store_path = ("case__merchant",), "case__store"
    required_permission = "manage_credit"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"by", "reviewed_by", "reviewed_at"})
    empty_hint = gettext_lazy("受理后的投诉中，消费者与商户的留言会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    case_number = Column(gettext_lazy("案件"), lambda row: row.case.number)
    store_name = Column(gettext_lazy("门店"), "case__store__name")
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    written = Moment(gettext_lazy("提交时间"), "written_at")
    list_display = ["case_number", "store_name", "sender", "text", "state_label", "written"]
    list_filter = ["state", "sender"]
    list_select_related = ["case__store"]
    exact_fields = ("public_id", "case__public_id")
    search_help_text = gettext_lazy("完整的留言或案件编号")
    fields = [
        *("public_id", "case_number", "store_name", "sender", "by", "text", "is_masked"),
        *("state_label", "written_at", "sent_at", "read_at", "reviewed_by", "reviewed_at"),
    ]
    row_actions = (AnswerMessage(), ReleaseMessage(), RefuseMessage())

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """A merchant reads what was sent to it, and what it wrote."""
        rows = super().get_queryset(request)
        if viewer(request).operator:
            return rows
        return rows.filter(Q(sender=str(CaseActor.MERCHANT)) | Q(state=State.SENT))


register_pending(
    Pending(
        CaseMessage,
        gettext_lazy("待审核案件留言"),
        State.HELD,
        is_allowed=lambda request: viewer(request).operator,
    ),
    order=75,
)
