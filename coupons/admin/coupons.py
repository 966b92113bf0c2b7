"""Coupons by their number, and what was done with each."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from coupons import services as coupons
from coupons.admin.common import COUPONS
from coupons.models import Coupon
from coupons.queries.wallet import state_now
from district.kernel import clock
from district.kernel.backoffice import Action, ActionForm, Menu, ReadOnlyAdmin
from district.kernel.backoffice.search import ExactSearch
from district.kernel.database.ids import looks_like
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.scope import viewer


class RevocationForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class RevokeCoupon(Action):
    name, label, icon, is_dangerous = "revoke", gettext_lazy("作废"), "delete_forever", True
    explanation = gettext_lazy("会员不能再使用这张券；库存与预算退回活动，用积分兑换的退回积分。")
    success_message = gettext_lazy("已作废。")
    form_class = RevocationForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).operator and request.user.has_perm("coupons.change_coupon")

    def is_applicable(self, row: Coupon) -> bool:
        return row.state == Coupon.State.LIVE

    def run(
        self, request: HttpRequest, row: Coupon, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        coupons.revoke_coupon(coupon=row, by=viewer(request).user, **cleaned_data)


@admin.register(Coupon)
class CouponAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(COUPONS, "local_activity", 20)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员领到的券会出现在这里。")
    list_display = ["public_id", "title", "state_label", "member_no", "valid_until", "source"]
    list_filter = ["state", "source"]
    list_select_related = ["version__template", "member", "claimer", "leased_to"]
    exact_fields = ("public_id", "paper__number", "member__public_id")
    search_help_text = gettext_lazy("完整的券号、纸质券码或会员编号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        "public_id",
        "title",
        "state_label",
        "member_no",
        "claimer_no",
        "source",
        "claimed_at",
        "valid_from",
        "valid_until",
        "uses_left",
        "value_left",
        "reserved",
        "leased_to",
        "leased_until",
        "given_at",
        "ended_at",
    ]
    row_actions = (RevokeCoupon(),)

    def exact_condition(self, term: str) -> Q:
        if looks_like("cpn", term):
            return Q(public_id=term)
        if looks_like("mem", term):
            return Q(member__public_id=term)
        return Q(paper__number=term)

    @admin.display(description=gettext_lazy("券"))
    def title(self, row: Coupon) -> str:
        return str(row.version)

    @admin.display(description=gettext_lazy("会员编号"))
    def member_no(self, row: Coupon) -> str:
        return row.member.public_id

    @admin.display(description=gettext_lazy("领取人编号"))
    def claimer_no(self, row: Coupon) -> str:
        return row.claimer.public_id

    @admin.display(description=gettext_lazy("剩余金额"))
    def value_left(self, row: Coupon) -> str:
        return "-" if row.value_left_fen is None else format_yuan(row.value_left_fen)

    @admin.display(description=gettext_lazy("占用预算"))
    def reserved(self, row: Coupon) -> str:
        return format_yuan(row.reserved_fen)

    @display(
        description=gettext_lazy("状态"),
        label={"可用": "success", "已使用": "info", "已过期": "", "已作废": "danger"},
    )
    def state_label(self, row: Coupon) -> str:
        return str(Coupon.State(state_now(row, clock.now())).label)
