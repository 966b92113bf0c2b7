"""Plates in full: searched for and shown for a reason, and who did so."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    Cell,
    DayRangeFilter,
    Menu,
    Section,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, table
from district.kernel.idempotency import Key
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer
from parking import services as parking
from parking.admin.common import PARKING, ManagedAction
from parking.models import PlateLookup, Stay, Vehicle
from parking.queries.stays import masked_plate_read


class LookupForm(ActionForm):
    reason = forms.CharField(
        label=gettext_lazy("事由"),
        max_length=200,
        help_text=gettext_lazy("例如：车主报失、客诉编号。会记入车牌查询记录；请勿在此填写车牌。"),
    )


class SearchPlateForm(LookupForm):
    plate = forms.CharField(label=gettext_lazy("完整车牌"), max_length=20)
    colour = forms.ChoiceField(
        label=gettext_lazy("车牌颜色"),
        choices=[("", gettext_lazy("不限")), *Vehicle.Colour.choices],
        required=False,
    )
    field_order = ("plate", "colour", "reason")
    # A digest of a plate is not kept: there are too few plates for that.
    secret = ("plate",)


class SearchPlate(ManagedAction):
    name, label, icon = "search-plate", gettext_lazy("按车牌查找"), "manage_search"
    explanation = gettext_lazy("只能查找完整车牌；每次查找都会留下记录。")
    form_class = SearchPlateForm

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        who = viewer(request)
        found = parking.search_plate(
            **cleaned_data, merchant=who.post.merchant if who.post else None, by=who.user
        )
        panel = table(
            _("找到的停车记录"),
            [
                Link(_("停车记录"), "public_id"),
                Column(_("车牌"), masked_plate_read),
                Choice(_("颜色"), "colour"),
                Column(_("停车场"), "car_park__name"),
                Choice(_("状态"), "state"),
                Moment(_("入场"), "entered_at"),
                Moment(_("离场"), "left_at"),
            ],
            found.stays,
            empty=_("没有该车牌的停车记录。"),
        )
        return _answer(request, panel, title=_("按车牌查找"))


class RevealPlate(ManagedAction):
    name, label, icon = "reveal", gettext_lazy("查看完整车牌"), "visibility"
    explanation = gettext_lazy("每次查看都会留下记录。")
    form_class = LookupForm

    def run(
        self, request: HttpRequest, row: Stay, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        plate = parking.reveal_plate(
            stay=row, reason=cleaned_data["reason"], by=viewer(request).user
        )
        panel = Section(
            _("完整车牌"),
            [_("停车记录"), _("车牌")],
            [[Cell(row.public_id), plate or _("已按期清除")]],
            empty="",
        )
        return _answer(request, panel, title=_("查看完整车牌"))


def _answer(request: HttpRequest, panel: Section, *, title: str) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "panels": [panel]}
    return TemplateResponse(request, "parking/panels.html", context)


@admin.register(PlateLookup)
class PlateLookupAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "policy", 60)
    required_permission = "view_plate_lookups"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("员工按车牌查找或查看完整车牌后，会在这里留下记录，保留一年。")
    kind_label = Choice(gettext_lazy("方式"), "kind")
    person = Column(gettext_lazy("查询人"), "looked_up_by")
    stay_number = Column(gettext_lazy("停车记录"), "stay__public_id")
    list_display = ["looked_up_at", "kind_label", "person", "merchant", "reason", "found"]
    list_filter = ["kind", ("merchant", ScopedFilter), ("looked_up_at", DayRangeFilter)]
    list_select_related = ["looked_up_by", "merchant", "stay"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        *("looked_up_at", "kind_label", "person", "merchant", "reason", "stay_number", "found")
    ]
