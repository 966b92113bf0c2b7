"""Receipts, each with its refunds; and giving money back of one."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Money
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import ScopedFilter
from loyalty.admin import explorer
from loyalty.admin.common import POINTS, LedgerAdmin
from loyalty.admin.refund_actions import RefundReceipt
from loyalty.models import Receipt


@admin.register(Receipt)
class ReceiptAdmin(ExactSearch, LedgerAdmin):
    menu = Menu(POINTS, "receipt_long", 20)
    store_path, required_permission = "store", "view_receipts"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("收银台上传消费小票之后，会出现在这里。")
    paid = Money(gettext_lazy("实付"), "paid_fen")
    refunded = Money(gettext_lazy("已退"), "refunded_fen")
    list_display = ["receipt_no", "paid", "granted", "merchant", "store", "member_no", "paid_at"]
    list_filter = [("merchant", ScopedFilter), ("store", ScopedFilter), ("at", DayRangeFilter)]
    list_select_related = ["merchant", "store", "account__member"]
    exact_fields = ("receipt_no", "account__member__public_id")
    search_help_text = gettext_lazy("完整的小票号或会员编号")
    fields = [
        "receipt_no",
        "paid",
        "refunded",
        "granted",
        "clawed",
        "repaid",
        "freed",
        "paid_for_by",
        "merchant",
        "store",
        "member_no",
        "source",
        "actor_name",
        "paid_at",
        "at",
        "recorded_at",
    ]

    row_actions = (RefundReceipt(),)

    @admin.display(description=gettext_lazy("积分承担方"))
    def paid_for_by(self, receipt: Receipt) -> str:
        own = receipt.issuer_id == receipt.merchant_id
        return _("商户") if own else _("联盟兜底（商户预存用尽）")

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.receipt_sections(request, row)
