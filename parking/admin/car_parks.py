"""The register: car parks with their bays, layout and hours, and how full they are."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import Menu, Section
from district.kernel.backoffice.columns import Choice, Column, Moment, Number, table
from district.kernel.text.money import format_yuan
from district.merchants.admin.venues_and_trades import NameSearch
from district.merchants.models import OpeningHours
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter
from parking.admin import car_park_actions as actions
from parking.admin.arrears_policy import SetArrearsPolicy
from parking.admin.closings import CloseCarPark
from parking.admin.common import PARKING
from parking.admin.fees import SetFeeTerms
from parking.admin.imports import ImportCarParks
from parking.admin.reservation_terms import AddBays, SetReservationPolicy
from parking.availability.freshness import Freshness, freshness
from parking.models import Bay, CarPark, Pool, ReservationPolicy
from parking.queries.availability import terms_of

FRESHNESS_LABELS = {
    Freshness.FRESH: gettext_lazy("实时"),
    Freshness.STALE: gettext_lazy("过时"),
    Freshness.UNKNOWN: gettext_lazy("未知"),
}
FRESHNESS_TONES = {Freshness.FRESH: "good", Freshness.STALE: "warn", Freshness.UNKNOWN: "quiet"}


def freshness_of(pool: Pool) -> Freshness:
    """What the latest reading of a pool says now; its `live` row with its feed was read along."""
    live = pool.live
    if live.feed is None:
        return Freshness.UNKNOWN
    return freshness(live.measured_at, clock.now(), terms_of(live.feed))


def _count(pool: Pool) -> str:
    live = pool.live
    if live.measured_at is None:
        return "—"
    return f"{live.occupied} / {live.capacity}"


POOL_COLUMNS = [
    Choice(gettext_lazy("车位类型"), "bay_class"),
    Number(gettext_lazy("车位数"), "capacity"),
    Number(gettext_lazy("可预约"), "reservable_capacity"),
    Column(gettext_lazy("在场 / 车位"), _count),
    Column(
        gettext_lazy("超出车位"),
        lambda pool: _("是") if pool.live.is_clamped else "—",
        tone=lambda pool: "warn" if pool.live.is_clamped else "",
    ),
    Column(
        gettext_lazy("状态"),
        lambda pool: FRESHNESS_LABELS[freshness_of(pool)],
        tone=lambda pool: FRESHNESS_TONES[freshness_of(pool)],
    ),
    Moment(gettext_lazy("测量时间"), "live__measured_at"),
    Moment(gettext_lazy("收到时间"), "live__received_at"),
]


@admin.register(CarPark)
class CarParkAdmin(NameSearch, MerchantScopedAdmin):
    menu = Menu(PARKING, "local_parking", 10)
    required_permission = "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("运营人员登记或导入停车场后，停车场会出现在这里。")
    venue_name = Column(gettext_lazy("场所"), "venue__name")
    tariff_name = Column(gettext_lazy("收费标准"), "tariff__name")
    store_name = Column(gettext_lazy("收费门店"), "store__name")
    feed_name = Column(gettext_lazy("余位数据源"), "feed__name")
    bays = Number(gettext_lazy("车位数"), "bay_count")
    position = Column(
        gettext_lazy("坐标"),
        lambda row: (
            f"{row.latitude}, {row.longitude}（{row.get_coordinate_system_display()}）"
            if row.latitude is not None
            else None
        ),
    )
    origin = Column(
        gettext_lazy("导入来源"),
        lambda row: f"{row.source} {row.original_uid}" if row.source else None,
    )
    state_label = Choice(gettext_lazy("状态"), "state", {"启用": "success", "停用": ""})
    list_display = ["name", "merchant", "venue_name", "bays", "feed_name", "state_label"]
    list_filter = [("merchant", ScopedFilter), ("venue", ScopedFilter), "state"]
    list_select_related = ["merchant", "venue", "feed", "tariff", "store"]
    ordering = ["name_key", "public_id"]
    sortable_by = ()
    fields = [
        "name",
        "public_id",
        "merchant",
        "venue_name",
        "address",
        "position",
        "height_limit_cm",
        "operator_name",
        "fee_note",
        "tariff_name",
        "store_name",
        "exit_grace_minutes",
        "feed_name",
        "collects_arrears",
        "origin",
        "state_label",
        "closed_at",
    ]
    add_action = actions.RegisterCarPark()
    list_actions = [ImportCarParks()]
    row_actions = [
        actions.EditCarPark(),
        actions.SetPool(),
        actions.SetCarParkHours(),
        actions.SetLayout(),
        actions.AssignFeed(),
        actions.AssignTariff(),
        SetArrearsPolicy(),
        SetFeeTerms(),
        SetReservationPolicy(),
        AddBays(),
        CloseCarPark(),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(bay_count=Sum("pools__capacity"))

    def sections(self, request: HttpRequest, row: CarPark) -> Iterable[Section]:
        yield table(
            _("车位与实时余位"),
            POOL_COLUMNS,
            row.pools.select_related("live__feed"),
            empty=_("还没有设置车位数。"),
        )
        yield _terms(row)
        yield table(
            _("出入口"),
            [
                Column(_("名称"), "name"),
                Choice(_("类型"), "kind"),
                Number(_("限高（厘米）"), "height_limit_cm"),
            ],
            row.entrances.all(),
            empty=_("还没有设置出入口。"),
        )
        yield table(
            _("楼层"),
            [
                Column(_("楼层"), "name"),
                Column(
                    _("区域"),
                    lambda floor: "、".join(part.name for part in floor.zones.all()),
                ),
            ],
            row.floors.prefetch_related("zones"),
            empty=_("还没有设置楼层。"),
        )
        lines = {} if row.round_the_clock else actions.week_lines(row)
        days = OpeningHours.Weekday if lines else ()
        yield Section(
            title=_("开放时间"),
            headers=[_("星期"), _("时间")],
            rows=[[day.label, lines.get(day.value) or _("不开放")] for day in days],
            empty=_("24 小时开放。") if row.round_the_clock else _("还没有设置开放时间。"),
        )


def _terms(car_park: CarPark) -> Section:
    """On what terms it is reserved, and which bays by number."""
    policy = ReservationPolicy.objects.filter(car_park=car_park).first()
    bays = Bay.objects.filter(pool__car_park=car_park).order_by("pool", "number")
    numbers = "、".join(bays.values_list("number", flat=True)[:200])
    lines = (
        [
            (_("定金"), format_yuan(policy.deposit_fen)),
            (_("可提前入场 / 迟到保留"), f"{policy.early_minutes} / {policy.late_minutes} 分钟"),
            (_("免费取消提前"), f"{policy.free_cancel_minutes} 分钟"),
            (_("最长预约"), f"{policy.longest_minutes} 分钟"),
            (_("可提前预约"), f"{policy.days_ahead} 天"),
            (_("编号车位"), numbers or "—"),
        ]
        if policy
        else []
    )
    return Section(_("预约规则"), [], lines, empty=_("不接受预约。"))
