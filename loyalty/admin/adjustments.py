"""Adjustments: one operator proposes, another decides."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    ReadOnlyAdmin,
    name_verbs,
)
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.search import ExactSearch
from district.kernel.four_eyes.admin import Approve, Reject
from district.kernel.text.money import MAX_POINTS
from district.members.models import Member
from district.members.queries import member_by_public_id
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction, ScopedFilter
from loyalty import services as loyalty
from loyalty.admin.common import POINTS
from loyalty.models import Adjustment

name_verbs(
    propose_adjustment=gettext_lazy("提出人工调整"),
    approve_adjustment=gettext_lazy("通过人工调整"),
    reject_adjustment=gettext_lazy("拒绝人工调整"),
)


class MemberField(forms.CharField):
    """A member by the full number, as every screen shows it."""

    def __init__(self, label: Any) -> None:
        super().__init__(
            label=label,
            max_length=40,
            help_text=gettext_lazy("完整的会员编号。"),
        )

    def clean(self, value: Any) -> Member:
        member = member_by_public_id(super().clean(value))
        if member is None:
            raise forms.ValidationError(_("没有这位会员，或已注销。"))
        return member


class AdjustmentForm(ActionForm):
    member = MemberField(gettext_lazy("会员编号"))
    merchant = forms.ModelChoiceField(
        Merchant.objects.none(),
        label=gettext_lazy("承担商户"),
        help_text=gettext_lazy("增加的积分由它承担，扣减的积分付给它。"),
    )
    points = forms.IntegerField(
        label=gettext_lazy("积分"),
        min_value=-MAX_POINTS,
        max_value=MAX_POINTS,
        help_text=gettext_lazy("负数为扣减。"),
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("会员在明细中看得到。")
    )
    evidence = forms.CharField(label=gettext_lazy("依据"), max_length=500, required=False)

    def prepare(self) -> None:
        self.field("merchant").queryset = Merchant.objects.order_by("name_key")

    def clean_points(self) -> int:
        points: int = self.cleaned_data["points"]
        if points == 0:
            raise forms.ValidationError(_("积分不能为零。"))
        return points


class ProposeAdjustment(OperatorAction):
    name, label, icon = "add", gettext_lazy("提出人工调整"), "edit_note"
    explanation = gettext_lazy("提出后不动积分；由另一位运营人员复核通过后才入账。")
    success_message = gettext_lazy("已提出，等待复核。")
    form_class = AdjustmentForm
    permission = "loyalty.add_adjustment"
    verb = staticmethod(loyalty.propose_adjustment)


class ApproveAdjustment(Approve, OperatorAction):
    explanation = gettext_lazy("通过后立即入账，不能撤回；错了只能再提一笔相反的调整。")
    success_message = gettext_lazy("已通过并入账。")
    permission = "loyalty.change_adjustment"
    verb, row_argument = (
        staticmethod(partial(loyalty.decide_adjustment, approve=True)),
        "adjustment",
    )


class RejectAdjustment(Reject, OperatorAction):
    permission = "loyalty.change_adjustment"
    verb, row_argument = (
        staticmethod(partial(loyalty.decide_adjustment, approve=False)),
        "adjustment",
    )


@admin.register(Adjustment)
class AdjustmentAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(POINTS, "edit_note", 80)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("还没有人工调整。")
    state_label = Choice(
        gettext_lazy("状态"),
        "state",
        {"待复核": "warning", "已通过": "success", "已拒绝": "danger"},
    )
    member_no = Column(gettext_lazy("会员编号"), "member__public_id")
    list_display = ["public_id", "state_label", "points", "member_no", "merchant", "proposed_by"]
    list_filter = [
        "state",
        ("merchant", ScopedFilter),
        ("proposed_at", DayRangeFilter),
    ]
    list_select_related = ["member", "merchant", "proposed_by"]
    exact_fields = ("public_id", "member__public_id")
    search_help_text = gettext_lazy("完整的调整编号或会员编号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        "public_id",
        "state_label",
        "points",
        "member_no",
        "merchant",
        "reason",
        "evidence",
        "proposed_by",
        "proposed_at",
        "decided_by",
        "decided_at",
        "decision",
        "transfer",
    ]
    add_action = ProposeAdjustment()
    row_actions = [ApproveAdjustment(), RejectAdjustment()]
