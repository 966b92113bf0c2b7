"""Stores: opened, described, given hours and closed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel.backoffice import Act, ActForm, Menu, Section
from district.kernel.idempotency import Key
from district.merchants import services as merchants
from district.merchants.admin import week
from district.merchants.admin.places import NameSearch
from district.merchants.admin.words import MERCHANTS
from district.merchants.models import Merchant, OpeningHours, Store, Trade, Venue
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer
from district.merchants.services.edit_store import StoreDetails, edit_store, introduce_store


class IntroForm(ActForm):
    phone = forms.CharField(label=gettext_lazy("门店电话"), max_length=30, required=False)
    intro = forms.CharField(
        label=gettext_lazy("简介"), max_length=500, required=False, widget=forms.Textarea
    )


class DetailsForm(IntroForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=80)
    trade = forms.ModelChoiceField(None, label=gettext_lazy("业态"))
    floor = forms.CharField(
        label=gettext_lazy("楼层"),
        max_length=10,
        required=False,
        help_text=gettext_lazy("须是场所已有的楼层；街区留空。"),
    )
    unit_no = forms.CharField(label=gettext_lazy("铺位号"), max_length=20, required=False)
    field_order = ["once", "venue", "name", "trade", "floor", "unit_no", "phone", "intro"]

    def prepare(self) -> None:
        self.fields["trade"].queryset = Trade.objects.order_by("sort", "name")  # type: ignore[attr-defined]


class OpenForm(DetailsForm):
    venue = forms.ModelChoiceField(None, label=gettext_lazy("场所"))

    def prepare(self) -> None:
        super().prepare()
        self.fields["venue"].queryset = Venue.objects.order_by("name_key")  # type: ignore[attr-defined]


class WeekForm(ActForm):
    """A line for each day, as it would stand on the door."""

    round_the_clock = forms.BooleanField(label=gettext_lazy("24 小时营业"), required=False)

    def prepare(self) -> None:
        for day in OpeningHours.Weekday:
            self.fields[f"day_{day.value}"] = forms.CharField(
                label=day.label, required=False, max_length=120
            )
        self.fields["day_0"].help_text = _(
            "例如 10:00-22:00；多段用顿号隔开，如 10:00-14:00、17:00-02:00（次日凌晨）；休息日留空。"
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        hours = []
        for day in OpeningHours.Weekday:
            try:
                stretches = week.parsed(cleaned.get(f"day_{day.value}") or "")
            except ValueError:
                self.add_error(f"day_{day.value}", _("请写成 10:00-22:00 的样子。"))
            else:
                hours += [merchants.Stretch(day.value, *stretch) for stretch in stretches]
        return cleaned | {"hours": hours}


class OpenStore(Act):
    """On a merchant's page."""

    name, label, icon = "open-store", gettext_lazy("新开门店"), "add_business"
    done = gettext_lazy("门店已建立，请接着设置营业时间。")
    form_class = OpenForm

    def may(self, request: HttpRequest, row: Any) -> bool:
        return isinstance(row, Merchant) and viewer(request).operator

    def run(self, request: HttpRequest, row: Any, asked: dict[str, Any], key: Key) -> Store:
        return merchants.open_store(merchant=row, by=viewer(request).user, key=key, **asked)


class OnStore(Act):
    """Done to a store that has not closed, by those whose role allows it."""

    def may(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).can("edit_store")

    def fits(self, row: Store) -> bool:
        return row.state == Store.State.OPEN


class SetHours(OnStore):
    name, label, icon = "hours", gettext_lazy("设置营业时间"), "schedule"
    done = gettext_lazy("营业时间已更新。")
    form_class = WeekForm

    def initial(self, request: HttpRequest, row: Store) -> dict[str, Any]:
        days: dict[int, list[tuple[int, int]]] = {}
        for hours in row.hours.all():
            days.setdefault(hours.weekday, []).append((hours.opens_minute, hours.closes_minute))
        lines = {f"day_{day}": week.written(stretches) for day, stretches in days.items()}
        return {"round_the_clock": row.round_the_clock, **lines}

    def run(self, request: HttpRequest, row: Store, asked: dict[str, Any], key: Key) -> None:
        merchants.set_opening_hours(
            store=row,
            hours=asked["hours"],
            by=viewer(request).user,
            round_the_clock=asked["round_the_clock"],
        )


class Introduce(OnStore):
    """What a merchant keeps itself; operators have the whole form."""

    name, label, icon = "introduce", gettext_lazy("修改电话与简介"), "edit"
    done = gettext_lazy("已更新。")
    form_class = IntroForm

    def may(self, request: HttpRequest, row: Any) -> bool:
        return super().may(request, row) and not viewer(request).operator

    def initial(self, request: HttpRequest, row: Store) -> dict[str, Any]:
        return {"phone": row.phone, "intro": row.intro}

    def run(self, request: HttpRequest, row: Store, asked: dict[str, Any], key: Key) -> None:
        introduce_store(store=row, by=viewer(request).user, **asked)


class EditStore(OnStore):
    name, label, icon = "edit", gettext_lazy("修改资料"), "edit"
    done = gettext_lazy("已更新。")
    form_class = DetailsForm

    def may(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).operator

    def initial(self, request: HttpRequest, row: Store) -> dict[str, Any]:
        return {name: getattr(row, name) for name in StoreDetails.__dataclass_fields__}

    def run(self, request: HttpRequest, row: Store, asked: dict[str, Any], key: Key) -> None:
        edit_store(store=row, details=StoreDetails(**asked), by=viewer(request).user)


class CloseStore(OnStore):
    name, label, icon = "close", gettext_lazy("关闭门店"), "door_front"
    explain = gettext_lazy("门店从目录中消失，收银台不能再在此入账；历史记录保留，且不能重新开张。")
    danger = True
    done = gettext_lazy("门店已关闭。")

    def may(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).operator

    def run(self, request: HttpRequest, row: Store, asked: dict[str, Any], key: Key) -> None:
        merchants.close_store(store=row, by=viewer(request).user)


@admin.register(Store)
class StoreAdmin(NameSearch, MerchantScopedAdmin):
    menu = Menu(MERCHANTS, "storefront", 20)
    merchant_path, store_path, needs = "merchant", "pk", "view_store"
    operator_may = ("view", "add", "change")
    operator_only = frozenset({"merchant", "venue", "trade"})
    empty_hint = gettext_lazy("运营人员在商户页面“新开门店”后，门店会出现在这里。")
    list_display = ["name", "merchant", "venue_name", "place", "trade_name", "state_label"]
    list_filter = [("merchant", ScopedFilter), ("venue", ScopedFilter), ("trade", ScopedFilter), "state"]
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
    acts = [SetHours(), Introduce(), EditStore(), CloseStore()]

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
        days: dict[int, list[tuple[int, int]]] = {}
        for hours in row.hours.all():
            days.setdefault(hours.weekday, []).append((hours.opens_minute, hours.closes_minute))
        yield Section(
            title=_("营业时间"),
            headers=[_("星期"), _("时间")],
            rows=[]
            if row.round_the_clock or not days
            else [[day.label, week.written(days.get(day.value, [])) or _("休息")] for day in OpeningHours.Weekday],
            empty=_("24 小时营业。") if row.round_the_clock else _("还没有设置营业时间，顾客会看到“休息中”。"),
        )
