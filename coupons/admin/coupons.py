"""Coupons by their number, and what was done with each."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin.common import COUPONS
from coupons.models import Coupon
from coupons.queries.wallet import state_now
from district.kernel import clock
from district.kernel.backoffice import ActionForm, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Column, Money
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import OperatorAction


class RevocationForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class RevokeCoupon(OperatorAction):
    name, label, icon, is_dangerous = "revoke", gettext_lazy("作废"), "delete_forever", True
    explanation = gettext_lazy("会员不能再使用这张券；库存与预算退回活动，用积分兑换的退回积分。")
    success_message = gettext_lazy("已作废。")
    form_class = RevocationForm
    permission, states = "coupons.change_coupon", {Coupon.State.LIVE}
    verb, row_argument = staticmethod(coupons.revoke_coupon), "coupon"


@admin.register(Coupon)
class CouponAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(COUPONS, "local_activity", 20)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员领到的券会出现在这里。")
    title = Column(gettext_lazy("券"), "version")
    member_no = Column(gettext_lazy("会员编号"), "member__public_id")
    claimer_no = Column(gettext_lazy("领取人编号"), "claimer__public_id")
    value_left = Money(gettext_lazy("剩余金额"), "value_left_fen", empty="-")
    reserved = Money(gettext_lazy("占用预算"), "reserved_fen")
    state_label = Column(
        gettext_lazy("状态"),
        lambda row: str(Coupon.State(state_now(row, clock.now())).label),
        tones={"可用": "success", "已使用": "info", "已过期": "", "已作废": "danger"},
    )
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
