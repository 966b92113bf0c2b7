"""Terminals that may go without the network, and their logs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons.admin.common import COUPONS, optional_yuan
from coupons.offline import services
from coupons.offline.models import LogEntry, Terminal
from coupons.offline.models.terminal import MOST_COUPONS
from coupons.offline.texts import reason_text
from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    name_events,
    name_verbs,
)
from district.kernel.backoffice.columns import Column, Money
from district.kernel.backoffice.search import ExactSearch
from district.kernel.text.money import format_yuan
from district.merchants.models import Store
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter

name_events(CouponConflict=gettext_lazy("离线核销冲突"))
name_verbs(
    register_terminal=gettext_lazy("登记离线终端"),
    change_allowance=gettext_lazy("调整离线额度"),
    retire_terminal=gettext_lazy("停用离线终端"),
    appeal_conflict=gettext_lazy("离线冲突申诉"),
    uphold_appeal=gettext_lazy("申诉成立"),
    reject_appeal=gettext_lazy("驳回申诉"),
)


class AllowanceForm(ActionForm):
    allowance_count = forms.IntegerField(
        label=gettext_lazy("离线额度（张）"), min_value=0, max_value=MOST_COUPONS
    )
    allowance_fen = optional_yuan(
        gettext_lazy("离线额度（元）"),
        help_text=gettext_lazy(
            "72 小时内（不论取过几次离线授权），未锁定门店的券最多离线核销这么多；额度内发生冲突由商圈承担。"
        ),
    )

    def clean_allowance_fen(self) -> int:
        return self.cleaned_data["allowance_fen"] or 0


class TerminalForm(AllowanceForm):
    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("门店"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    field_order = ["store", "name", "allowance_count", "allowance_fen"]

    def prepare(self) -> None:
        stores = Store.objects.select_related("merchant").order_by("name_key", "pk")
        self.field("store").queryset = stores


class _TerminalAction(OperatorAction):
    def is_applicable(self, row: Any) -> bool:
        return row is None or row.retired_at is None


class RegisterTerminal(_TerminalAction):
    name, label, icon = "add", gettext_lazy("登记终端"), "add_circle"
    explanation = gettext_lazy(
        "登记后，该门店的收银台可在断网时核销锁定在本店的券，并在额度内核销允许离线的券。"
    )
    success_message = gettext_lazy("终端已登记。")
    form_class = TerminalForm
    verb = staticmethod(services.register_terminal)


class ChangeAllowance(_TerminalAction):
    name, label, icon = "allowance", gettext_lazy("调整额度"), "tune"
    is_edit = True
    explanation = gettext_lazy("从下一次离线授权起生效。")
    form_class = AllowanceForm
    verb, row_argument = staticmethod(services.change_allowance), "terminal"

    def initial(self, request: HttpRequest, row: Terminal) -> dict[str, Any]:
        return {
            "allowance_count": row.allowance_count,
            "allowance_fen": row.allowance_fen,
        }


class RetireTerminal(_TerminalAction):
    name, label, icon, is_dangerous = "retire", gettext_lazy("停用终端"), "block", True
    explanation = gettext_lazy("停用后不再给予离线授权；已有的离线流水仍可上传。")
    verb, row_argument = staticmethod(services.retire_terminal), "terminal"


@admin.register(Terminal)
class TerminalAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(COUPONS, "wifi_off", 60)
    merchant_paths, store_path, required_permission = ("store__merchant",), "store", "view_receipts"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("网络不好的门店可在这里登记终端，断网时也能核销。")
    allowance = Column(
        gettext_lazy("离线额度"),
        lambda row: f"{row.allowance_count} / {format_yuan(row.allowance_fen)}",
    )
    state = Column(
        gettext_lazy("状态"),
        lambda row: _("已停用") if row.retired_at else _("使用中"),
        tones={"使用中": "success", "已停用": "warning"},
    )
    list_display = ["name", "public_id", "store", "allowance", "last_seq", "registered_at", "state"]
    list_filter = [("store__merchant", ScopedFilter)]
    list_select_related = ["store__merchant"]
    exact_fields = ("public_id",)
    search_help_text = gettext_lazy("完整的终端编号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["public_id", "name", "store", "allowance", "last_seq", "registered_at", "retired_at"]
    add_action = RegisterTerminal()
    row_actions = (ChangeAllowance(), RetireTerminal())


@admin.register(LogEntry)
class LogEntryAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(COUPONS, "receipt_long", 61)
    merchant_paths, store_path = ("terminal__store__merchant",), "terminal__store"
    required_permission = "view_receipts"
    operator_permissions = ("view",)
    empty_hint = gettext_lazy("终端断网时的核销，上传后会出现在这里。")
    discount = Money(gettext_lazy("终端减免"), "discount_fen")
    charged = Column(
        gettext_lazy("占用额度"),
        lambda row: format_yuan(row.allowance_fen) if row.on_allowance else "—",
    )
    coupon_no = Column(gettext_lazy("券号"), "coupon__public_id")
    list_display = [
        "terminal",
        "seq",
        "scanned_at",
        "terminal_result",
        "result",
        "discount",
        "recorded_at",
    ]
    list_filter = ["result", ("scanned_at", DayRangeFilter)]
    list_select_related = ["terminal__store", "kit", "coupon", "redemption"]
    exact_fields = ("terminal__public_id", "bill_no", "coupon__public_id")
    search_help_text = gettext_lazy("完整的终端编号、券号或账单号")
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        "terminal",
        "seq",
        "scanned_at",
        "skew",
        "terminal_result",
        "bill_no",
        "discount",
        "charged",
        "coupon_no",
        "redemption",
        "result",
        "recorded_at",
        "hash",
    ]

    @admin.display(description=gettext_lazy("终端结果"))
    def terminal_result(self, row: LogEntry) -> str:
        done = row.outcome == "redeemed"
        return str(gettext_lazy("已核销")) if done else reason_text(row.outcome)
