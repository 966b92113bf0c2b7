"""待电话告知: what people who are no members have to hear on the phone instead of in the app."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.complaints import services as complaints
from credit.complaints.admin.common import COMPLAINTS, lines
from credit.complaints.models import CaseFile, CaseToCall
from credit.complaints.queries.walk_ins import person_of, unheard_notices
from district.kernel.backoffice import ActionForm, Menu, ReadOnlyAdmin, Section, format_instant
from district.kernel.backoffice.columns import Choice, Column, Moment
from district.kernel.backoffice.dashboard import Panel
from district.merchants.scope import OperatorAction


class CallForm(ActionForm):
    is_reached = forms.TypedChoiceField(
        label=gettext_lazy("结果"),
        choices=[("yes", gettext_lazy("已接通并告知")), ("no", gettext_lazy("未接通"))],
        coerce=lambda value: value == "yes",
    )
    note = forms.CharField(
        label=gettext_lazy("通话情况"),
        max_length=1_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("消费者另有答复的，请在投诉页面代为办理。"),
    )
    # The last notice that the page shows: what comes later was not told.
    last_notice = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def prepare(self) -> None:
        last = unheard_notices(self.row).last()
        self.initial["last_notice"] = last.public_id if last else ""


class RecordCall(OperatorAction):
    name, label, icon = "call", gettext_lazy("电话告知"), "call"
    permission, form_class, row_argument = "complaints.change_casetocall", CallForm, "case"
    success_message = gettext_lazy("已记录。")
    verb = staticmethod(complaints.record_call)

    def aside(self, request: HttpRequest, row: CaseFile) -> Iterable[Panel]:
        person = person_of(row)
        pairs = [(_("称呼"), person.name), (_("联系方式"), person.contact)] if person else []
        yield Section(_("联系人"), [], lines(pairs), empty=_("已删除。"))
        yield _to_tell(row)


def _to_tell(row: CaseFile) -> Section:
    messages = {
        f"message:{message.public_id}": message.text
        for message in row.messages.filter(sender="merchant", state="sent")
    }
    return Section(
        _("待告知的通知"),
        [_("时间"), _("类型"), _("内容"), _("商户留言")],
        [
            [
                format_instant(notice.at),
                notice.get_kind_display(),
                notice.content,
                messages.get(notice.key, "—"),
            ]
            for notice in unheard_notices(row)
        ],
        empty=_("没有待告知的通知。"),
    )


@admin.register(CaseToCall)
class CaseToCallAdmin(ReadOnlyAdmin):
    menu = Menu(COMPLAINTS, "call", 11)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("非会员的投诉有进展时，会在这里等待电话告知。")
    ordering = ["next_due_at", "pk"]
    sortable_by = ()
    list_select_related = ["store", "walk_in"]
    number = Column(gettext_lazy("案件"), "number")
    store_name = Column(gettext_lazy("门店"), "store__name")
    state_label = Choice(gettext_lazy("状态"), "state")
    contact = Column(
        gettext_lazy("联系方式"), lambda row: (person := person_of(row)) and person.masked
    )
    since = Moment(gettext_lazy("最早未告知"), "unheard_since")
    list_display = ["number", "state_label", "store_name", "contact", "since"]
    fields = ["number", "state_label", "store_name", "contact", "since"]
    row_actions = (RecordCall(),)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield _to_tell(row)
        yield Section(
            _("通话记录"),
            [_("时间"), _("结果"), _("通话情况"), _("致电人")],
            [
                [
                    format_instant(call.at),
                    _("已接通") if call.is_reached else _("未接通"),
                    call.note or "—",
                    str(call.by),
                ]
                for call in row.calls.select_related("by").order_by("-pk")
            ],
            empty=_("还没有打过电话。"),
        )
