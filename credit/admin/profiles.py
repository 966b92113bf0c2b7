"""执照与公示资料, 承诺: what was verified of a merchant, and what it promises."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from credit import services as credit
from credit.admin.common import CREDIT, CreditAction, CreditMerchantForm
from credit.models import Licence, ProfileEntry, Promise, PromiseAdoption
from district.kernel.backoffice import ActionForm, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.widgets import DayInput
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter


class LicenceForm(CreditMerchantForm):
    number = forms.CharField(label=gettext_lazy("执照编号"), max_length=40)
    valid_from = forms.DateField(label=gettext_lazy("有效期自"), widget=DayInput)
    valid_until = forms.DateField(
        label=gettext_lazy("有效期至"),
        widget=DayInput,
        required=False,
        help_text=gettext_lazy("含当日；长期有效留空。"),
    )


class VerifyLicence(OperatorAction):
    name, label, icon = "verify", gettext_lazy("登记核验"), "verified"
    permission, form_class = "credit.add_licence", LicenceForm
    explanation = gettext_lazy("已查看执照原件。过期的执照使商户的诚信等级暂停。")
    success_message = gettext_lazy("已登记。")
    verb = staticmethod(credit.verify_licence)


class EntryForm(CreditMerchantForm):
    item = forms.ChoiceField(label=gettext_lazy("项目"), choices=ProfileEntry.Item.choices)
    content = forms.CharField(
        label=gettext_lazy("公示内容"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("已核实的内容，公众可见；留空表示不再公示。"),
    )


class SetEntry(OperatorAction):
    name, label, icon = "set", gettext_lazy("登记资料"), "fact_check"
    permission, form_class = "credit.add_profileentry", EntryForm
    success_message = gettext_lazy("已登记。")
    verb = staticmethod(credit.set_profile_entry)


@admin.register(Licence)
class LicenceAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "badge", 22)
    required_permission = "view_store"
    operator_permissions = ("view", "add")
    operator_only = frozenset({"merchant", "verified_by"})
    empty_hint = gettext_lazy("运营人员核验执照后，结果会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    list_display = ["number", "merchant", "valid_from", "valid_until", "verified_at"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant"]
    fields = ["number", "merchant", "valid_from", "valid_until", "verified_by", "verified_at"]
    add_action = VerifyLicence()


@admin.register(ProfileEntry)
class ProfileEntryAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "fact_check", 23)
    required_permission = "view_store"
    operator_permissions = ("view", "add")
    operator_only = frozenset({"merchant", "noted_by"})
    empty_hint = gettext_lazy(
        "运营人员核实经营地址、退换说明、负责人与投诉联系方式后，会列在这里。"
    )
    ordering = ["-pk"]
    sortable_by = ()
    item_label = Column(gettext_lazy("项目"), lambda row: row.get_item_display())
    list_display = ["item_label", "merchant", "content", "noted_at"]
    list_filter = [("merchant", ScopedFilter), "item"]
    list_select_related = ["merchant"]
    fields = ["item_label", "merchant", "content", "noted_by", "noted_at"]
    add_action = SetEntry()


class PromiseForm(ActionForm):
    code = forms.SlugField(label=gettext_lazy("代码"), max_length=40)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    description = forms.CharField(label=gettext_lazy("内容"), max_length=500)
    is_open = forms.BooleanField(label=gettext_lazy("可加入"), required=False, initial=True)


class SetPromise(OperatorAction):
    name, label, icon = "set", gettext_lazy("登记承诺"), "handshake"
    permission, form_class = "credit.add_promise", PromiseForm
    explanation = gettext_lazy("代码已有时修改其内容。")
    success_message = gettext_lazy("已登记。")
    verb = staticmethod(credit.set_promise)


@admin.register(Promise)
class PromiseAdmin(ReadOnlyAdmin):
    menu = Menu(CREDIT, "handshake", 24)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("登记“放心消费”“七日无理由退货”等承诺，商户即可加入。")
    ordering = ["pk"]
    sortable_by = ()
    list_display = ["name", "code", "description", "is_open"]
    fields = ["name", "code", "description", "is_open"]
    add_action = SetPromise()


class JoinForm(CreditMerchantForm):
    promise = forms.ModelChoiceField(
        Promise.objects.filter(is_open=True).order_by("pk"), label=gettext_lazy("承诺")
    )


class LeaveForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("退出原因"), max_length=200)


class JoinPromise(CreditAction):
    name, label, icon = "join", gettext_lazy("加入承诺"), "add_task"
    form_class = JoinForm
    explanation = gettext_lazy("承诺会公示在门店的诚信页上。")
    success_message = gettext_lazy("已加入。")
    verb = staticmethod(credit.join_promise)


class LeavePromise(CreditAction):
    name, label, icon, is_dangerous = "leave", gettext_lazy("退出承诺"), "logout", True
    form_class = LeaveForm
    success_message = gettext_lazy("已退出。")
    verb, row_argument = staticmethod(credit.leave_promise), "adoption"

    def is_applicable(self, row: Any) -> bool:
        return row.left_at is None


@admin.register(PromiseAdoption)
class PromiseAdoptionAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "task_alt", 25)
    required_permission = "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("加入承诺后，会公示在门店的诚信页上。")
    ordering = ["-pk"]
    sortable_by = ()
    promise_name = Column(gettext_lazy("承诺"), "promise__name")
    list_display = ["promise_name", "merchant", "joined_at", "left_at"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["promise", "merchant"]
    fields = ["promise_name", "merchant", "joined_at", "left_at", "leave_reason"]
    add_action = JoinPromise()
    row_actions = (LeavePromise(),)

    def name_of(self, row: PromiseAdoption) -> str:
        return row.promise.name

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_add_permission(request))
