"""Holds: points set aside for a merchant, and how each ended."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import RoleAction, ScopedFilter
from loyalty import services as loyalty
from loyalty.admin import explorer
from loyalty.admin.common import POINTS, LedgerAdmin, hold_state
from loyalty.models import Hold


class VoidHoldAction(RoleAction):
    """For a till that placed a hold and cannot end it any more."""

    name, label, icon = "void", gettext_lazy("取消预占"), "lock_open"
    explanation = gettext_lazy("预占的积分全部退回会员。收银台正在结账时请不要取消。")
    success_message = gettext_lazy("预占已取消，积分已退回会员。")
    is_dangerous = True
    required_permission, states = "post_refunds", {Hold.State.OPEN}
    verb, row_argument = staticmethod(loyalty.void_hold), "hold"


@admin.register(Hold)
class HoldAdmin(ExactSearch, LedgerAdmin):
    menu = Menu(POINTS, "lock_clock", 26)
    store_path, required_permission = "store", "view_receipts"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("收银台预占积分，或大额使用等待会员确认时，会出现在这里。")
    state_label = Column(
        gettext_lazy("状态"),
        hold_state,
        tones={"预占中": "warning", "已使用": "success", "已取消": "", "已超时": "", "已到期": ""},
    )
    list_display = [
        "public_id",
        "state_label",
        "points",
        "captured",
        "merchant",
        "store",
        "member_no",
        "expires_at",
    ]
    list_filter = [("merchant", ScopedFilter), "state", "purpose", ("at", DayRangeFilter)]
    list_select_related = ["merchant", "store", "account__member"]
    exact_fields = ("public_id", "request_no", "account__member__public_id")
    search_help_text = gettext_lazy("完整的预占编号、请求号或会员编号")
    fields = [
        "public_id",
        "state_label",
        "purpose",
        "points",
        "captured",
        "merchant",
        "store",
        "member_no",
        "request_no",
        "actor_name",
        "at",
        "expires_at",
        "resolved_at",
        "grace_days",
    ]
    row_actions = (VoidHoldAction(),)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.hold_sections(request, row)
