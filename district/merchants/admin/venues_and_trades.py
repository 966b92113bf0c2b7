"""Venues and trades: the operator's own lists, edited freely, each change in the journal."""

from typing import Any

from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget

from district.kernel.backoffice import DistrictAdmin, Menu
from district.merchants import naming
from district.merchants.admin.audit_labels import PLACES
from district.merchants.models import Trade, Venue


class NameSearch:
    """A screen searched by name, pinyin or initials, or by the whole public id."""

    search_fields = ("name", "public_id")
    search_help_text = gettext_lazy("名称、拼音、首字母或完整编号")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        words = naming.search_terms(term)
        named = Q() if words else Q(pk__in=())
        for word in words:
            named &= Q(search_key__contains=word)
        return queryset.filter(named | Q(public_id=term)), False


@admin.register(Venue)
class VenueAdmin(NameSearch, DistrictAdmin):
    menu = Menu(PLACES, "location_city", 10)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("先建好商场、街区或综合体，才能在其中新开门店。")
    list_display = ["name", "kind", "address"]
    list_filter = ["kind"]
    ordering = ["name_key", "public_id"]
    fields = ["kind", "name", "address", "floors", "latitude", "longitude"]
    # One line of floors, where the theme would open a box of ten.
    formfield_overrides = {ArrayField: {"widget": UnfoldAdminTextInputWidget}}


@admin.register(Trade)
class TradeAdmin(DistrictAdmin):
    menu = Menu(PLACES, "category", 20)
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("业态用于顾客筛选门店，例如餐饮、服装。")
    list_display = ["name", "code", "sort"]
    search_fields = ["name", "code"]
    ordering = ["sort", "name"]
    fields = ["name", "code", "sort"]
