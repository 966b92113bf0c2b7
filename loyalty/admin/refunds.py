"""Refunds, the debts they left, and refunds that wait for their receipt."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Actor, Choice, Column, Money
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import ScopedFilter
from loyalty.admin import explorer
from loyalty.admin.common import POINTS, LedgerAdmin
from loyalty.admin.refund_actions import DismissRefund, MatchRefund
from loyalty.models import Debt, ParkedRefund, Refund


class _MoneyColumns:
    """Sums as they are spoken of."""

    money = Money(gettext_lazy("退款"), "fen")


@admin.register(Refund)
class RefundAdmin(_MoneyColumns, ExactSearch, LedgerAdmin):
    menu = Menu(POINTS, "assignment_return", 22)
    store_path, required_permission = "store", "view_receipts"
    operator_only = frozenset({"merchant", "account"})
    empty_hint = gettext_lazy("收银台或后台退货之后，会出现在这里。")
    # The receipt's: that its member was merged into another is not the merchant's business.
    member_no = Column(gettext_lazy("会员编号"), "receipt__account__member__public_id")
    list_display = [
        "refund_no",
        "money",
        "own",
        "other",
        "owed",
        "merchant",
        "store",
        "member_no",
        "at",
    ]
    list_filter = [("merchant", ScopedFilter), ("store", ScopedFilter), ("at", DayRangeFilter)]
    list_select_related = ["merchant", "store", "receipt__account__member"]
    exact_fields = ("public_id", "refund_no")
    search_help_text = gettext_lazy("完整的退货单号或退货编号")
    fields = [
        "refund_no",
        "public_id",
        "money",
        "own",
        "other",
        "owed",
        "ended",
        "merchant",
        "store",
        "member_no",
        "actor_name",
        "at",
        "recorded_at",
    ]

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.refund_sections(request, row)


@admin.register(Debt)
class DebtAdmin(LedgerAdmin):
    menu = Menu(POINTS, "hourglass_bottom", 28)
    merchant_paths, store_path, required_permission = (
        ("carrier",),
        "transfer__store",
        "view_clearing",
    )
    # Debts that came by a merge arose at no store.
    store_optional = True
    operator_only = frozenset({"carrier"})
    empty_hint = gettext_lazy("退货时积分已被使用，会员会欠积分，由下次赚取抵还给承担损失的商户。")
    number = Column(gettext_lazy("编号"), "pk")
    left = Column(
        gettext_lazy("未抵还"),
        lambda row: f"{row.points - row.repaid:,}" if row.points > row.repaid else _("已还清"),
        tones={"已还清": "success"},
    )
    list_display = ["number", "carrier", "member_no", "points", "repaid", "left", "at"]
    list_filter = [("carrier", ScopedFilter), ("at", DayRangeFilter)]
    list_select_related = ["carrier", "account__member"]
    fields = ["number", "carrier", "member_no", "points", "repaid", "left", "at"]

    def name_of(self, row: Debt) -> str:
        return _("欠积分 %(number)s") % {"number": row.pk}

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.debt_sections(request, row)


@admin.register(ParkedRefund)
class ParkedRefundAdmin(_MoneyColumns, ExactSearch, LedgerAdmin):
    """Refunds whose receipt nobody knew: matched by themselves when it comes, else by a person."""

    menu = Menu(POINTS, "pending_actions", 24)
    store_path, required_permission = "store", "view_receipts"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("收银台退货时找不到原小票，会先停在这里，等小票补传或由人匹配。")
    state_label = Choice(
        gettext_lazy("状态"), "state", {"待处理": "warning", "已匹配": "success", "已忽略": ""}
    )
    decider = Actor(gettext_lazy("处理人"), "decided_by")
    list_display = [
        "refund_no",
        "state_label",
        "money",
        "receipt_no",
        "receipt_store",
        "merchant",
        "store",
        "at",
    ]
    list_filter = ["state", ("merchant", ScopedFilter), ("at", DayRangeFilter)]
    list_select_related = ["merchant", "store", "receipt_store"]
    exact_fields = ("public_id", "refund_no", "receipt_no")
    search_help_text = gettext_lazy("完整的退货单号、原小票号或编号")
    fields = [
        "refund_no",
        "public_id",
        "state_label",
        "reason",
        "money",
        "receipt_no",
        "receipt_store",
        "merchant",
        "store",
        "actor_name",
        "at",
        "decider",
        "decided_at",
        "note",
    ]
    row_actions = (MatchRefund(), DismissRefund())

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.parked_refund_sections(request, row)
