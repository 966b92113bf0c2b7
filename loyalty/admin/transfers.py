"""The lines of the ledger, each with the way to all it belongs with."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import ScopedFilter, viewer
from loyalty.admin import explorer
from loyalty.admin.common import KIND_TONES, POINTS, LedgerAdmin, signed_points
from loyalty.models import Transfer


@admin.register(Transfer)
class TransferAdmin(ExactSearch, LedgerAdmin):
    menu = Menu(POINTS, "swap_horiz", 10)
    store_path, required_permission = "store", "view_receipts"
    store_optional = True
    # A member's balance and line number would reveal what they do at other merchants.
    operator_only = frozenset({"merchant", "available_after", "seq"})
    empty_hint = gettext_lazy("收银台入账或扣减积分之后，流水会出现在这里。")
    number = Column(gettext_lazy("流水编号"), "public_id")
    kind_label = Choice(gettext_lazy("类型"), "kind", KIND_TONES)
    points_text = Column(gettext_lazy("积分"), signed_points)
    pockets = Column(
        gettext_lazy("流向"), lambda row: f"{row.get_source_display()} → {row.get_target_display()}"
    )
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

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.transfer_sections(request, row)
