"""Payments: money that really went, noted once each."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.search import ExactSearch
from district.kernel.text.money import format_yuan
from district.merchants.scope import ScopedFilter
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import SETTLEMENT, SettlementAdmin
from loyalty.settlement.admin.payment_actions import ReversePayment
from loyalty.settlement.models import Payment


@admin.register(Payment)
class PaymentAdmin(ExactSearch, SettlementAdmin):
    menu = Menu(SETTLEMENT, "payments", 40)
    merchant_path = "merchant"
    operator_only = frozenset({"merchant", "recorded_by"})
    empty_hint = gettext_lazy("在结算单上登记银行已完成的付款。")
    list_display = ["public_id", "merchant", "direction", "money", "reference", "paid_at"]
    list_filter = ["direction", ("merchant", ScopedFilter), ("paid_at", DayRangeFilter)]
    list_select_related = ["merchant"]
    exact_fields = ("public_id", "reference")
    search_help_text = gettext_lazy("完整的编号或凭证号")
    fields = [
        "public_id",
        "merchant",
        "direction",
        "money",
        "paid_before",
        "paid_after",
        "due_money",
        "reference",
        "note",
        "paid_at",
        "recorded_by",
        "at",
    ]
    row_actions = (ReversePayment(),)

    @admin.display(description=gettext_lazy("金额"))
    def money(self, row: Payment) -> str:
        return format_yuan(row.fen)

    @admin.display(description=gettext_lazy("此前已付"))
    def paid_before(self, row: Payment) -> str:
        return format_yuan(row.before)

    @admin.display(description=gettext_lazy("此后已付"))
    def paid_after(self, row: Payment) -> str:
        return format_yuan(row.after)

    @admin.display(description=gettext_lazy("应结"))
    def due_money(self, row: Payment) -> str:
        return format_yuan(row.due)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield parts.statements(request, Q(pk=row.statement_id))
        yield parts.payments(request, Q(statement=row.statement_id))
