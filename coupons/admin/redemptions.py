"""Redemptions: what was used at which counter, and who bears it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin.common import COUPONS, note_once
from coupons.admin.whole_bills import RefundWholeBill
from coupons.models import Redemption
from district.kernel import clock
from district.kernel.backoffice import Action, ActionForm, DayRangeFilter, Menu
from district.kernel.backoffice.columns import Actor, Column, Money
from district.kernel.backoffice.search import ExactSearch
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer


class ReversalForm(ActionForm):
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("会员看得到。")
    )


class ReverseRedemption(Action):
    name, label, icon, is_dangerous = "reverse", gettext_lazy("撤销核销"), "undo", True
    explanation = gettext_lazy("券退回会员，各方的分摊冲回。商户限当日撤销，之后由运营方处理。")
    success_message = gettext_lazy("已撤销，券已退回会员。")
    form_class = ReversalForm

    def is_allowed(self, request: HttpRequest, row: Redemption) -> bool:
        who = viewer(request)
        today = clock.business_day(clock.now())
        if who.operator:
            return bool(request.user.has_perm("coupons.change_redemption"))
        same_day = row is not None and clock.business_day(row.at) == today
        return who.can("work_the_till") and same_day

    def is_applicable(self, row: Redemption) -> bool:
        return row.reversed_at is None

    def run(
        self, request: HttpRequest, row: Redemption, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        who = viewer(request)
        with transaction.atomic():
            coupons.reverse_redemption(
                redemption=row,
                actor=f"user:{who.user.pk}",
                operator=who.operator,
                key=key,
                **cleaned_data,
            )
            note_once(
                verb="reverse_redemption",
                subject=f"coupons.redemption:{row.pk}",
                by=who.user,
                **cleaned_data,
            )


@admin.register(Redemption)
class RedemptionAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(COUPONS, "done_all", 30)
    store_path, required_permission = "store", "view_receipts"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("门店核销的券会出现在这里。")
    title = Column(gettext_lazy("券"), "version")
    coupon_no = Column(gettext_lazy("券号"), "coupon__public_id")
    member_no = Column(gettext_lazy("会员编号"), "member__public_id")
    bill_no = Column(gettext_lazy("账单号"), "bill__bill_no")
    discount = Money(gettext_lazy("减免"), "discount_fen")
    cost = Column(gettext_lazy("成本"), lambda row: format_yuan(row.cost_fen - row.returned_fen))
    actor_name = Actor(gettext_lazy("操作者"), "request__actor")
    reverser_name = Actor(gettext_lazy("撤销人"), "reversed_by")
    state_label = Column(
        gettext_lazy("状态"),
        lambda row: _("已撤销") if row.reversed_at else _("已核销"),
        tones={"已核销": "success", "已撤销": "warning"},
    )
    list_display = ["public_id", "title", "discount", "state_label", "merchant", "store", "at"]
    list_filter = [("merchant", ScopedFilter), ("at", DayRangeFilter)]
    list_select_related = [
        *("version__template", "merchant", "store", "bill", "coupon", "member", "request"),
    ]
    exact_fields = ("public_id", "bill__bill_no", "coupon__public_id")
    search_help_text = gettext_lazy("完整的核销号、券号或账单号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        "public_id",
        "title",
        "state_label",
        "coupon_no",
        "member_no",
        "merchant",
        "store",
        "bill_no",
        "discount",
        "cost",
        "borne",
        "at",
        "actor_name",
        "reversed_at",
        "reverser_name",
        "reason",
    ]
    row_actions = (ReverseRedemption(),)
    list_actions = [RefundWholeBill()]

    @admin.display(description=gettext_lazy("承担方"))
    def borne(self, row: Redemption) -> str:
        sums: dict[str, int] = {}
        for part in row.parts.select_related("party"):
            sums[part.party.name] = sums.get(part.party.name, 0) + part.fen
        return "，".join(f"{name} {format_yuan(fen)}" for name, fen in sums.items() if fen)
