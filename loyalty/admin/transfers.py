"""The lines of the ledger, each with the way to all it belongs with."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.search import ExactSearch
from district.kernel.database.ids import looks_like
from district.merchants.scope import ScopedFilter, viewer
from loyalty.admin import explorer
from loyalty.admin.common import KIND_TONES, POINTS, LedgerAdmin, signed_points
from loyalty.models import Transfer


@admin.register(Transfer)
class TransferAdmin(ExactSearch, LedgerAdmin):
    menu = Menu(POINTS, "swap_horiz", 10)
    merchant_path, store_path, required_permission = "merchant", "store", "view_receipts"
    store_optional = True
    # A member's balance and line number would reveal what they do at other merchants.
    operator_only = frozenset({"merchant", "available_after", "seq"})
    empty_hint = gettext_lazy("收银台入账或扣减积分之后，流水会出现在这里。")
    list_display = ["number", "kind_label", "points_text", "merchant", "store", "member_no", "at"]
    list_filter = [("merchant", ScopedFilter), "kind", ("at", DayRangeFilter)]
    list_select_related = ["merchant", "store", "account__member"]
    exact_fields = ("public_id", "account__member__public_id", "reference")
    search_help_text = gettext_lazy("完整的流水编号、会员编号或单号")
    fields = [
        "number",
        "kind_label",
        "points_text",
        "pockets",
        "merchant",
        "store",
        "member_no",
        "seq",
        "available_after",
        "reference",
        "reason",
        "actor_name",
        "at",
        "recorded_at",
    ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A repayment bears the number and the till of the purchase that brought the points.

        That may be anybody's, so the merchant that is repaid is not named.
        """
        fields = super().get_fields(request, obj)
        if obj is None or obj.kind != Transfer.Kind.REPAY or viewer(request).operator:
            return fields
        return [name for name in fields if name not in {"reference", "actor_name"}]

    def exact_condition(self, term: str) -> Q:
        # One index each: asked for all at once, the planner would read the whole ledger.
        if looks_like("tr", term):
            return Q(public_id=term)
        if looks_like("mem", term):
            return Q(account__member__public_id=term)
        return Q(reference=term)

    @admin.display(description=gettext_lazy("流水编号"))
    def number(self, transfer: Transfer) -> str:
        return transfer.public_id

    @display(description=gettext_lazy("类型"), label=KIND_TONES)
    def kind_label(self, transfer: Transfer) -> str:
        return transfer.get_kind_display()

    @admin.display(description=gettext_lazy("积分"))
    def points_text(self, transfer: Transfer) -> str:
        return signed_points(transfer)

    @admin.display(description=gettext_lazy("流向"))
    def pockets(self, transfer: Transfer) -> str:
        return f"{transfer.get_source_display()} → {transfer.get_target_display()}"

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.transfer_sections(request, row)
