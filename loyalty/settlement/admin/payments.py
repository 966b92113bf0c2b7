"""Payments: money that really went, noted once each."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Money
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import ScopedFilter
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import SETTLEMENT, SettlementAdmin
from loyalty.settlement.admin.payment_actions import ReversePayment
from loyalty.settlement.models import StatementPayment


@admin.register(StatementPayment)
class StatementPaymentAdmin(ExactSearch, SettlementAdmin):
    menu = Menu(SETTLEMENT, "payments", 40)
    operator_only = frozenset({"merchant", "recorded_by"})
    empty_hint = gettext_lazy("在结算单上登记银行已完成的付款。")
    money = Money(gettext_lazy("金额"), "fen")
    paid_before = Money(gettext_lazy("此前已付"), "before")
    paid_after = Money(gettext_lazy("此后已付"), "after")
    due_money = Money(gettext_lazy("应结"), "due")
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

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield parts.statements(request, Q(pk=row.statement_id))
        yield parts.payments(request, Q(statement=row.statement_id))
