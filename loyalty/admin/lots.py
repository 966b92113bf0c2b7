"""Lots, and what was drawn from them and given back."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Choice, Column, Moment
from district.merchants.scope import ScopedFilter
from loyalty.admin import explorer
from loyalty.admin.common import POINTS, LedgerAdmin, price_text
from loyalty.models import Draw, Lot, Restore


@admin.register(Lot)
class LotAdmin(LedgerAdmin):
    menu = Menu(POINTS, "inventory_2", 30)
    merchant_paths, store_path, required_permission = (
        ("issuer",),
        "transfer__store",
        "view_clearing",
    )
    # Points that came by a merge or an adjustment were issued at no store.
    store_optional = True
    operator_only = frozenset({"issuer"})
    empty_hint = gettext_lazy("每笔赚取会形成一个批次，同批积分一起到期。")
    number = Column(gettext_lazy("批次号"), "pk")
    price = Column(gettext_lazy("每积分单价（分）"), lambda row: price_text(row.price_milli_fen))
    list_display = [
        "number",
        "issuer",
        "member_no",
        "granted",
        "remaining",
        "pending",
        "expires_at",
    ]
    list_filter = [("issuer", ScopedFilter), ("expires_at", DayRangeFilter)]
    list_select_related = ["issuer", "account__member"]
    fields = [
        "number",
        "issuer",
        "member_no",
        "granted",
        "remaining",
        "price",
        "pending",
        "in_review",
        "budgeted",
        "active_from",
        "expires_at",
    ]

    def name_of(self, row: Lot) -> str:
        return _("批次 %(number)s") % {"number": row.pk}

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.lot_sections(request, row)


@admin.register(Draw)
class DrawAdmin(LedgerAdmin):
    menu = Menu(POINTS, "move_down", 40)
    merchant_paths, store_path, required_permission = (
        ("redeemer",),
        "transfer__store",
        "view_clearing",
    )
    store_optional = True
    operator_only = frozenset({"redeemer"})
    empty_hint = gettext_lazy("会员使用积分时，从最早到期的批次支取。")
    number = Column(gettext_lazy("支取号"), "pk")
    why = Choice(gettext_lazy("原因"), "transfer__kind")
    happened_at = Moment(gettext_lazy("时间"), "transfer__at")
    list_display = ["number", "points", "redeemer", "why", "happened_at"]
    list_filter = [("redeemer", ScopedFilter)]
    list_select_related = ["redeemer", "transfer"]
    fields = ["number", "points", "redeemer", "why", "happened_at"]

    def name_of(self, row: Draw) -> str:
        return _("支取 %(number)s") % {"number": row.pk}

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.draw_sections(request, row)


@admin.register(Restore)
class RestoreAdmin(LedgerAdmin):
    """Reached from what it belongs to; it has no place of its own in the sidebar."""

    merchant_paths, store_path, required_permission = (
        ("draw__redeemer",),
        "transfer__store",
        "view_clearing",
    )
    store_optional = True
    empty_hint = gettext_lazy("冲正使用时，积分退回原批次。")
    number = Column(gettext_lazy("退回号"), "pk")
    happened_at = Moment(gettext_lazy("时间"), "transfer__at")
    list_display = ["number", "points", "happened_at"]
    list_select_related = ["transfer"]
    fields = ["number", "points", "happened_at"]

    def name_of(self, row: Restore) -> str:
        return _("退回 %(number)s") % {"number": row.pk}

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.restore_sections(request, row)
