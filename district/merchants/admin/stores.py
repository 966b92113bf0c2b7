"""Stores: where they are, when they are open."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, Section
from district.kernel.backoffice.columns import Choice, Column
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
    store_path, required_permission = "pk", "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant", "venue", "trade"})
    empty_hint = gettext_lazy("运营人员在商户页面“新开门店”后，门店会出现在这里。")
    place = Column(
        gettext_lazy("楼层铺位"),
        lambda row: " ".join(filter(None, [row.floor, row.unit_no])) or "—",
    )
    venue_name = Column(gettext_lazy("场所"), "venue__name")
    trade_name = Column(gettext_lazy("业态"), "trade__name")
    state_label = Choice(gettext_lazy("状态"), "state", {"营业": "success", "闭店": ""})
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
