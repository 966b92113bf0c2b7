"""Conflicts: what was given twice, who bears it, and the merchant's appeal."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from coupons.admin.common import COUPONS
from coupons.offline import services
from coupons.offline.models import RedemptionConflict
from coupons.offline.texts import reason_text
from district.kernel.backoffice import (
    Action,
    ActionForm,
    DayRangeFilter,
    Menu,
    Pending,
    register_pending,
)
from district.kernel.backoffice.search import ExactSearch
from district.kernel.database.ids import looks_like
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer

State, Payer = RedemptionConflict.State, RedemptionConflict.Payer


class AppealTextForm(ActionForm):
    words = forms.CharField(
        label=gettext_lazy("说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


class AppealConflict(Action):
    name, label, icon = "appeal", gettext_lazy("申诉"), "gavel"
    explanation = gettext_lazy("每个冲突可在三十天内申诉一次，由商圈运营方处理。")
    success_message = gettext_lazy("申诉已提交。")
    form_class = AppealTextForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        return who.post is not None and who.can("view_clearing")

    def is_applicable(self, row: RedemptionConflict) -> bool:
        return row.state == State.DECIDED and row.payer == Payer.STORE

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        services.appeal_conflict(conflict=row, words=cleaned_data["words"], by=viewer(request).user)


class _AppealDecision(Action):
    form_class = AppealTextForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).operator

    def is_applicable(self, row: RedemptionConflict) -> bool:
        return row.state == State.APPEALED


class UpholdAppeal(_AppealDecision):
    name, label, icon = "uphold", gettext_lazy("申诉成立"), "check_circle"
    explanation = gettext_lazy("改由商圈承担，金额记入结算。")
    success_message = gettext_lazy("已改由商圈承担。")

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        services.uphold_appeal(conflict=row, words=cleaned_data["words"], by=viewer(request).user)


class RejectAppeal(_AppealDecision):
    name, label, icon, is_dangerous = "reject", gettext_lazy("驳回申诉"), "cancel", True
    success_message = gettext_lazy("已驳回。")

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        services.reject_appeal(conflict=row, words=cleaned_data["words"], by=viewer(request).user)


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
    merchant_path, store_path, required_permission = "merchant", "store", "view_receipts"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("离线核销后发现券已用过，会在这里列出由谁承担。")
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

    def exact_condition(self, term: str) -> Q:
        if looks_like("cpn", term):
            return Q(entry__coupon__public_id=term)
        return Q(public_id=term)

    @admin.display(description=gettext_lazy("原因"))
    def why(self, row: RedemptionConflict) -> str:
        return reason_text(row.reason)

    @admin.display(description=gettext_lazy("金额"))
    def amount(self, row: RedemptionConflict) -> str:
        return format_yuan(row.fen)

    @admin.display(description=gettext_lazy("券号"))
    def coupon_no(self, row: RedemptionConflict) -> str:
        return row.entry.coupon.public_id if row.entry.coupon else "—"
