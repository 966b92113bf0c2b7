"""答复模板: texts that officers often write."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from credit.complaints import services as complaints
from credit.complaints.admin.acts import OFFICE, acts_of
from credit.complaints.admin.common import COMPLAINTS
from credit.complaints.models import AnswerTemplate
from district.kernel.backoffice import ActionForm, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Choice
from district.merchants.scope import OperatorAction


class TemplateTextForm(ActionForm):
    title = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    text = forms.CharField(
        label=gettext_lazy("内容"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 6})
    )


class NewTemplateForm(TemplateTextForm):
    action = forms.ChoiceField(label=gettext_lazy("事项"))
    field_order = ("action", "title", "text")

    def prepare(self) -> None:
        office = {act.action for act in (*acts_of(*OFFICE), *acts_of(*OFFICE, tip_offs=True))}
        labels = AnswerTemplate._meta.get_field("action").choices or ()
        self.field("action").choices = [row for row in labels if row[0] in office]


class TemplateEditForm(TemplateTextForm):
    is_live = forms.BooleanField(label=gettext_lazy("使用中"), required=False)


class AddTemplate(OperatorAction):
    name, label, icon = "add-template", gettext_lazy("新增模板"), "note_add"
    permission, form_class = "complaints.add_answertemplate", NewTemplateForm
    success_message = gettext_lazy("已保存。")
    verb = staticmethod(complaints.add_answer_template)


class EditTemplate(OperatorAction):
    name, label, icon, is_edit = "edit", gettext_lazy("修改"), "edit", True
    permission, form_class = "complaints.change_answertemplate", TemplateEditForm
    success_message = gettext_lazy("已保存。")
    verb, row_argument = staticmethod(complaints.edit_answer_template), "template"

    def initial(self, request: HttpRequest, row: Any) -> Mapping[str, Any]:
        return {"title": row.title, "text": row.text, "is_live": row.is_live}


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(ReadOnlyAdmin):
    menu = Menu(COMPLAINTS, "quickreply", 30)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("新增常用的答复，办理时可以直接套用。")
    ordering = ["action", "title"]
    sortable_by = ()
    action_label = Choice(gettext_lazy("事项"), "action")
    list_display = ["title", "action_label", "is_live"]
    list_filter = ["is_live"]
    fields = ["title", "action_label", "text", "is_live"]
    add_action = AddTemplate()
    row_actions = (EditTemplate(),)
