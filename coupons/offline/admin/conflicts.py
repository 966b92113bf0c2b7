"""Conflicts: what was given twice, who bears it, and the merchant's appeal."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from coupons.admin.common import COUPONS
from coupons.offline import services
from coupons.offline.models import RedemptionConflict
from coupons.offline.texts import reason_text
from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Pending,
    register_pending,
)
from district.kernel.backoffice.columns import Column, Money
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import (
    MerchantScopedAdmin,
    OperatorAction,
    PostAction,
    ScopedFilter,
    viewer,
)

State, Payer = RedemptionConflict.State, RedemptionConflict.Payer


class AppealTextForm(ActionForm):
    words = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


class AppealConflict(PostAction):
    name, label, icon = "appeal", gettext_lazy("申诉"), "gavel"
    explanation = gettext_lazy("每个冲突可在三十天内申诉一次，由商圈运营方处理。")
    success_message = gettext_lazy("申诉已提交。")
    form_class = AppealTextForm
    required_permission = "view_clearing"
    verb, row_argument = staticmethod(services.appeal_conflict), "conflict"

    def is_applicable(self, row: RedemptionConflict) -> bool:
        return row.state == State.DECIDED and row.payer == Payer.STORE


class _AppealDecision(OperatorAction):
    form_class = AppealTextForm
    states, row_argument = {State.APPEALED}, "conflict"


class UpholdAppeal(_AppealDecision):
    name, label, icon = "uphold", gettext_lazy("申诉成立"), "check_circle"
    explanation = gettext_lazy("改由商圈承担，金额记入结算。")
    success_message = gettext_lazy("已改由商圈承担。")
    verb = staticmethod(services.uphold_appeal)


class RejectAppeal(_AppealDecision):
    name, label, icon, is_dangerous = "reject", gettext_lazy("驳回申诉"), "cancel", True
    success_message = gettext_lazy("已驳回。")
    verb = staticmethod(services.reject_appeal)


register_pending(
    Pending(
        RedemptionConflict,
        gettext_lazy("待处理申诉"),
        State.APPEALED,
        is_allowed=lambda request: viewer(request).operator,
        tone="bad",
    ),
    order=33,
)


@admin.register(RedemptionConflict)
class RedemptionConflictAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(COUPONS, "report", 62)
    store_path, required_permission = "store", "view_receipts"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("离线核销后发现券已用过，会在这里列出由谁承担。")
    why = Column(gettext_lazy("原因"), lambda row: reason_text(row.reason))
    amount = Money(gettext_lazy("金额"), "fen")
    coupon_no = Column(gettext_lazy("券号"), "entry__coupon__public_id")
    list_display = ["public_id", "store", "why", "amount", "payer", "state", "at"]
    list_filter = ["payer", "state", ("merchant", ScopedFilter), ("at", DayRangeFilter)]
    list_select_related = ["store", "merchant", "entry__coupon", "entry__terminal", "winner"]
    exact_fields = ("public_id", "entry__coupon__public_id")
    search_help_text = gettext_lazy("完整的冲突编号或券号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        "public_id",
        "store",
        "why",
        "amount",
        "payer",
        "state",
        "coupon_no",
        "at",
        "recorded_at",
        "appeal",
        "appealed_at",
        "decision",
        "ended_at",
    ]
    row_actions = (AppealConflict(), UpholdAppeal(), RejectAppeal())
