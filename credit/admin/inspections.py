"""巡查: rounds and what they found."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from credit import services as credit
from credit.admin.common import CREDIT
from credit.admin.objections import fact_actions
from credit.models import Inspection, InspectionRound
from credit.models.inspections import MOST_CHECKS
from district.kernel.backoffice import ActionForm, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.widgets import DayInput
from district.merchants.models import Store
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter


class RoundForm(ActionForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    started_on = forms.DateField(label=gettext_lazy("开始日期"), widget=DayInput)


class OpenRound(OperatorAction):
    name, label, icon = "open", gettext_lazy("开始一轮巡查"), "playlist_add_check"
    permission, form_class = "credit.add_inspectionround", RoundForm
    success_message = gettext_lazy("已登记。")
    verb = staticmethod(credit.open_round)


@admin.register(InspectionRound)
class InspectionRoundAdmin(ReadOnlyAdmin):
    menu = Menu(CREDIT, "playlist_add_check", 30)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("开始一轮巡查后，逐店登记结果。")
    ordering = ["-pk"]
    sortable_by = ()
    list_display = ["name", "started_on"]
    fields = ["name", "started_on"]
    add_action = OpenRound()


class InspectionForm(ActionForm):
    round = forms.ModelChoiceField(
        InspectionRound.objects.order_by("-pk"), label=gettext_lazy("轮次")
    )
    store = forms.ModelChoiceField(
        Store.objects.order_by("name_key", "pk"), label=gettext_lazy("门店")
    )
    inspected_on = forms.DateField(label=gettext_lazy("巡查日期"), widget=DayInput)
    passed = forms.IntegerField(label=gettext_lazy("合格项"), min_value=0, max_value=MOST_CHECKS)
    failed = forms.IntegerField(label=gettext_lazy("不合格项"), min_value=0, max_value=MOST_CHECKS)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=500, required=False)


class RecordInspection(OperatorAction):
    name, label, icon = "record", gettext_lazy("登记巡查结果"), "checklist"
    permission, form_class = "credit.add_inspection", InspectionForm
    explanation = gettext_lazy("每店每轮一次，登记后不能修改；有误由商户申请更正。")
    success_message = gettext_lazy("已登记。")
    verb = staticmethod(credit.record_inspection)


@admin.register(Inspection)
class InspectionAdmin(MerchantScopedAdmin):
    menu = Menu(CREDIT, "checklist", 31)
    store_path = "store"
    required_permission = "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant", "inspected_by"})
    empty_hint = gettext_lazy("巡查人员登记结果后，会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    round_name = Column(gettext_lazy("轮次"), "round__name")
    store_name = Column(gettext_lazy("门店"), "store__name")
    list_display = ["store_name", "round_name", "passed", "failed", "inspected_on"]
    list_filter = [("merchant", ScopedFilter), "round"]
    list_select_related = ["round", "store", "merchant"]
    fields = [
        *("public_id", "round_name", "store_name", "merchant", "inspected_on"),
        *("passed", "failed", "note", "inspected_by", "recorded_at"),
    ]
    add_action = RecordInspection()
    row_actions = fact_actions()
