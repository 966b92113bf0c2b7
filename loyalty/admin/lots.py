"""Lots, what was drawn from them and given back, and members' accounts."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateTimeFilter

from district.kernel.backoffice import Menu, ReadOnlyAdmin, Section
from district.kernel.backoffice.finding import ExactSearch
from district.merchants.scope import ScopedFilter
from loyalty.admin import explorer
from loyalty.admin.account_acts import Freeze, FreezeMember, Merge, Unfreeze
from loyalty.admin.common import POINTS, LedgerAdmin, price_text
from loyalty.models import Draw, Lot, PointsAccount, Restore


@admin.register(Lot)
class LotAdmin(LedgerAdmin):
    menu = Menu(POINTS, "inventory_2", 30)
    merchant_path, store_path, needs = "issuer", "transfer__store", "view_clearing"
    operator_only = frozenset({"issuer"})
    empty_hint = gettext_lazy("每笔赚取会形成一个批次，同批积分一起到期。")
    list_display = ["number", "issuer", "member_no", "granted", "remaining", "expires_at"]
    list_filter = [("issuer", ScopedFilter), ("expires_at", RangeDateTimeFilter)]
    list_select_related = ["issuer", "account__member"]
    fields = [
        "number",
        "issuer",
        "member_no",
        "granted",
        "remaining",
        "price",
        "active_from",
        "expires_at",
    ]

    def name_of(self, row: Lot) -> str:
        return _("批次 %(number)s") % {"number": row.pk}

    @admin.display(description=gettext_lazy("批次号"))
    def number(self, lot: Lot) -> str:
        return str(lot.pk)

    @admin.display(description=gettext_lazy("每积分单价（分）"))
    def price(self, lot: Lot) -> str:
        return price_text(lot.price_milli_fen)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.of_lot(request, row)


@admin.register(Draw)
class DrawAdmin(LedgerAdmin):
    menu = Menu(POINTS, "move_down", 40)
    merchant_path, store_path, needs = "redeemer", "transfer__store", "view_clearing"
    store_may_lack = True
    operator_only = frozenset({"redeemer"})
    empty_hint = gettext_lazy("会员使用积分时，从最早到期的批次支取。")
    list_display = ["number", "points", "redeemer", "why", "happened_at"]
    list_filter = [("redeemer", ScopedFilter)]
    list_select_related = ["redeemer", "transfer"]
    fields = ["number", "points", "redeemer", "why", "happened_at"]

    def name_of(self, row: Draw) -> str:
        return _("支取 %(number)s") % {"number": row.pk}

    @admin.display(description=gettext_lazy("支取号"))
    def number(self, draw: Draw) -> str:
        return str(draw.pk)

    @admin.display(description=gettext_lazy("原因"))
    def why(self, draw: Draw) -> str:
        return draw.transfer.get_kind_display()

    @admin.display(description=gettext_lazy("时间"))
    def happened_at(self, draw: Draw) -> Any:
        return draw.transfer.at

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.of_draw(request, row)


@admin.register(Restore)
class RestoreAdmin(LedgerAdmin):
    """Reached from what it belongs to; it has no place of its own in the sidebar."""

    merchant_path, store_path, needs = "draw__redeemer", "transfer__store", "view_clearing"
    store_may_lack = True
    empty_hint = gettext_lazy("冲正使用时，积分退回原批次。")
    list_display = ["number", "points", "happened_at"]
    list_select_related = ["transfer"]
    fields = ["number", "points", "happened_at"]

    def name_of(self, row: Restore) -> str:
        return _("退回 %(number)s") % {"number": row.pk}

    @admin.display(description=gettext_lazy("退回号"))
    def number(self, restore: Restore) -> str:
        return str(restore.pk)

    @admin.display(description=gettext_lazy("时间"))
    def happened_at(self, restore: Restore) -> Any:
        return restore.transfer.at

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.of_restore(request, row)


@admin.register(PointsAccount)
class PointsAccountAdmin(ExactSearch, ReadOnlyAdmin):
    """A member's balance and statement over all merchants: for operators only."""

    menu = Menu(POINTS, "account_balance_wallet", 50)
    operator_may = ("view", "change")
    empty_hint = gettext_lazy("会员第一次赚取积分后，会有积分账户。")
    list_display = ["member_no", "available", "seq"]
    list_select_related = ["member"]
    exact_fields = ("member__public_id",)
    search_help_text = gettext_lazy("完整的会员编号")
    ordering = ["-pk"]
    sortable_by = ["available"]
    fields = [
        "member_no",
        "available",
        "held",
        "pending",
        "debt",
        "seq",
        "frozen_at",
        "frozen_for",
        "merged_into_no",
    ]
    acts = [Freeze(), Unfreeze()]
    list_acts = [FreezeMember(), Merge()]

    def name_of(self, row: PointsAccount) -> str:
        return row.member.public_id

    @admin.display(description=gettext_lazy("会员编号"))
    def member_no(self, account: PointsAccount) -> str:
        return account.member.public_id

    @admin.display(description=gettext_lazy("并入账户"))
    def merged_into_no(self, account: PointsAccount) -> str:
        return account.merged_into.member.public_id if account.merged_into else "—"

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        return explorer.of_account(request, row)
