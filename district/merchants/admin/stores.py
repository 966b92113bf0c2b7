"""Stores: where they are, when they are open."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel.backoffice import Menu, Section
from district.merchants.admin.audit_labels import MERCHANTS
from district.merchants.admin.store_actions import (
    CloseStore,
    EditStore,
    IntroduceStore,
    SetOpeningHours,
    week_lines,
)
from district.merchants.admin.venues_and_trades import NameSearch
from district.merchants.models import OpeningHours, Store
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter


@admin.register(Store)
class StoreAdmin(NameSearch, MerchantScopedAdmin):
    menu = Menu(MERCHANTS, "storefront", 20)
    merchant_path, store_path, required_permission = "merchant", "pk", "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant", "venue", "trade"})
    empty_hint = gettext_lazy("运营人员在商户页面“新开门店”后，门店会出现在这里。")
    list_display = ["name", "merchant", "venue_name", "place", "trade_name", "state_label"]
    list_filter = [
        ("merchant", ScopedFilter),
        ("venue", ScopedFilter),
        ("trade", ScopedFilter),
        "state",
    ]
    list_select_related = ["merchant", "venue", "trade"]
    ordering = ["name_key", "public_id"]
    sortable_by = ()
    fields = [
        "name",
        "public_id",
        "merchant",
        "venue_name",
        "place",
        "trade_name",
        "phone",
        "intro",
        "state_label",
        "closed_at",
    ]
    row_actions = [SetOpeningHours(), IntroduceStore(), EditStore(), CloseStore()]

    @admin.display(description=gettext_lazy("楼层铺位"))
    def place(self, store: Store) -> str:
        return " ".join(filter(None, [store.floor, store.unit_no])) or "—"

    @admin.display(description=gettext_lazy("场所"))
    def venue_name(self, store: Store) -> str:
        return store.venue.name

    @admin.display(description=gettext_lazy("业态"))
    def trade_name(self, store: Store) -> str:
        return store.trade.name

    @display(description=gettext_lazy("状态"), label={"营业": "success", "闭店": ""})
    def state_label(self, store: Store) -> str:
        return store.get_state_display()

    def sections(self, request: HttpRequest, row: Store) -> Iterable[Section]:
        lines = {} if row.round_the_clock else week_lines(row)
        days = OpeningHours.Weekday if lines else ()
        yield Section(
            title=_("营业时间"),
            headers=[_("星期"), _("时间")],
            rows=[[day.label, lines.get(day.value) or _("休息")] for day in days],
            empty=_("24 小时营业。")
            if row.round_the_clock
            else _("还没有设置营业时间，顾客会看到“休息中”。"),
        )
