"""A merchant's own ceilings on earning, and how fast its keys grant points."""

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import (
    Action,
    ActionForm,
    Cell,
    Menu,
    Section,
    add_sections,
    format_instant,
    name_verbs,
)
from district.kernel.backoffice.columns import Column, Moment, Number, table
from district.kernel.idempotency import Key
from district.merchants.models import Merchant, TillKey
from district.merchants.scope import viewer
from loyalty import queries
from loyalty import services as loyalty
from loyalty.admin.common import POINTS, LedgerAdmin, StartField, requested_merchant, this_minute
from loyalty.models import MerchantCeilings

name_verbs(set_ceilings=gettext_lazy("设置商户积分上限"))


def _points(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=10**12, required=False)


class CeilingsForm(ActionForm):
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))
    receipt_points = _points(gettext_lazy("单张小票积分上限"))
    member_day_points = _points(gettext_lazy("每会员每日积分上限"))
    key_day_points = _points(gettext_lazy("每密钥每日积分上限"))
    merchant_day_points = _points(gettext_lazy("商户每日积分上限"))
    start = StartField(
        help_text=gettext_lazy("现行上限到此时为止。留空的项目按联盟规则执行，只能设得更低。"),
    )

    def prepare(self) -> None:
        who = viewer(self.request)
        mine = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT)
        if not who.operator:
            mine = mine.filter(pk=who.post.merchant_id) if who.post else mine.none()
        self.field("merchant").queryset = mine.order_by("name_key")


class SetCeilings(Action):
    """For operators, and for whoever may change the merchant itself."""

    name, label, icon = "add", gettext_lazy("设置商户积分上限"), "speed"
    is_edit, suggested_fields = True, frozenset({"merchant", "start"})
    explanation = gettext_lazy("超过上限的小票照常入账，积分待运营方复核后才能使用。")
    success_message = gettext_lazy("上限已设置。")
    form_class = CeilingsForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        if who.operator:
            return request.user.has_perm("loyalty.add_merchantceilings")
        return who.can("edit_merchant")

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        who = viewer(request)
        # A merchant's people see their own ceilings, whatever is asked for.
        own = who.post.merchant_id if who.post else None
        merchant = requested_merchant(request) if who.operator else own
        held = MerchantCeilings.objects.filter(merchant=merchant).order_by("-valid").first()
        names = [field.name for field in fields(loyalty.Ceilings)]
        spoken = {name: getattr(held, name) for name in names} if held else {}
        return {"merchant": merchant, "start": this_minute()} | spoken

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        merchant, start = cleaned_data.pop("merchant"), cleaned_data.pop("start")
        return loyalty.set_ceilings(
            merchant=merchant,
            ceilings=loyalty.Ceilings(**cleaned_data),
            start=start,
            by=viewer(request).user,
        )


@admin.register(MerchantCeilings)
class MerchantCeilingsAdmin(LedgerAdmin):
    menu = Menu(POINTS, "speed", 62)
    required_permission = "view_receipts"
    operator_permissions = ("view", "add")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("没有商户设置自己的积分上限，都按联盟规则执行。")
    since = Moment(gettext_lazy("生效"), "valid__lower")
    until = Moment(gettext_lazy("截止"), "valid__upper", empty=gettext_lazy("至今"))
    list_display = [
        "since",
        "until",
        "merchant",
        "receipt_points",
        "member_day_points",
        "key_day_points",
        "merchant_day_points",
    ]
    list_select_related = ["merchant"]
    ordering = ["-valid"]
    fields = list_display
    add_action = SetCeilings()

    def name_of(self, row: MerchantCeilings) -> str:
        return _("%(since)s 起的积分上限") % {"since": format_instant(row.valid.lower)}


def velocity_of_key(request: HttpRequest, key: TillKey) -> Iterator[Section]:
    """What the key granted on each of the last days, against its ceiling."""
    if not viewer(request).can("view_receipts"):
        return
    held = queries.ceilings_at(key.merchant_id, clock.now())
    days = queries.earning_velocity(key.merchant_id, actor=f"till:{key.pk}")
    yield _velocity(_("近七日发放积分"), days, held.key_day_points)


def ceilings_of_merchant(request: HttpRequest, merchant: Merchant) -> Iterator[Section]:
    """The ceilings in force, and what all of the merchant's keys granted together."""
    who = viewer(request)
    if merchant.kind != Merchant.Kind.MERCHANT or not who.can("view_receipts"):
        return
    held = asdict(queries.ceilings_at(merchant.pk, clock.now()))
    named = [
        (_("单张小票"), held["receipt_points"]),
        (_("每会员每日"), held["member_day_points"]),
        (_("每密钥每日"), held["key_day_points"]),
        (_("商户每日"), held["merchant_day_points"]),
    ]
    yield Section(
        title=_("积分上限"),
        headers=[label for label, _points in named],
        rows=[[_ceiling(points) for _label, points in named]],
        empty="",
        note=_("超过上限的小票照常入账，积分待运营方复核后才能使用。"),
        more=Cell(_("历次上限"), reverse("admin:loyalty_merchantceilings_changelist")),
    )
    days = queries.earning_velocity(merchant.pk)
    yield _velocity(_("近七日发放积分（全部密钥）"), days, held["merchant_day_points"])


def _velocity(title: str, days: list[queries.EarningVelocity], ceiling: int | None) -> Section:
    columns = [
        Column(_("日期"), "day"),
        Number(_("直接入账"), "points"),
        Column(_("占上限"), lambda day: f"{day.points * 100 // ceiling}%" if ceiling else None),
        Number(_("待复核或经复核"), "waited_points"),
    ]
    note = _("每日上限：%(points)s") % {"points": _ceiling(ceiling)}
    return table(title, columns, days, note=note)


def _ceiling(points: int | None) -> str:
    return _("不限") if points is None else _("%(points)s 积分") % {"points": f"{points:,}"}


add_sections("merchants.tillkey", velocity_of_key)
add_sections("merchants.merchant", ceilings_of_merchant)
