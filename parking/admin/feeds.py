"""Feeds and their health: what came last, where nothing was known, what was refused; their keys."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import Menu, Section, format_instant
from district.kernel.backoffice.columns import Choice, Column, Moment, Number, table
from district.kernel.idempotency import Key
from district.merchants.admin.keys import render_secret_once
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer
from parking import services as parking
from parking.admin.car_parks import POOL_COLUMNS
from parking.admin.common import PARKING, ManagedAction, OperatorOfForm
from parking.availability.freshness import freshness, gaps_in
from parking.models import FeedKey, OccupancyFeed, OccupancyReading, Pool, RefusedGateEvent
from parking.queries.availability import terms_of

_GAPS_WITHIN = timedelta(days=7)
_MOST_LINES = 50


class FeedForm(OperatorOfForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    interval_minutes = forms.IntegerField(
        label=gettext_lazy("上报间隔（分钟）"), min_value=1, max_value=720, initial=5
    )
    fresh_minutes = forms.IntegerField(
        label=gettext_lazy("实时期限（分钟）"),
        min_value=1,
        max_value=1_439,
        initial=10,
        help_text=gettext_lazy("一般为上报间隔的两倍；超过后显示为过时及其分钟数。"),
    )
    stale_minutes = forms.IntegerField(
        label=gettext_lazy("过时期限（分钟）"),
        min_value=2,
        max_value=1_440,
        initial=30,
        help_text=gettext_lazy("超过后不再显示余位。"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        names = ("interval_minutes", "fresh_minutes", "stale_minutes")
        if not self.errors and not cleaned[names[0]] <= cleaned[names[1]] < cleaned[names[2]]:
            raise forms.ValidationError(_("须满足：上报间隔 ≤ 实时期限 < 过时期限。"))
        return cleaned


class RegisterFeed(ManagedAction):
    name, label, icon = "add", gettext_lazy("登记数据源"), "add_circle"
    explanation = gettext_lazy("登记后请签发密钥，并在停车场页面指定此数据源。")
    success_message = gettext_lazy("余位数据源已登记。")
    form_class = FeedForm
    verb = staticmethod(parking.register_feed)


class IssueFeedKey(ManagedAction):
    name, label, icon = "issue-key", gettext_lazy("签发密钥"), "vpn_key"
    explanation = gettext_lazy("密钥只能上报本数据源的余位与过闸事件。完整密钥只显示一次。")

    def run(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        issued = parking.issue_feed_key(feed=row, by=viewer(request).user, key=key)
        return render_secret_once(
            request,
            issued.feed_key,
            issued.text,
            title=_("新的数据源密钥"),
            name=row.name,
            system=_("上报系统"),
        )


class RevokeFeedKey(ManagedAction):
    name, label, icon, is_dangerous = "revoke", gettext_lazy("吊销密钥"), "key_off", True
    explanation = gettext_lazy("使用该密钥的系统会立即无法上报余位与过闸事件，且不能恢复。")
    success_message = gettext_lazy("密钥已吊销。")
    verb, row_argument = staticmethod(parking.revoke_feed_key), "feed_key"

    def is_applicable(self, row: FeedKey) -> bool:
        return row.revoked_at is None


@admin.register(OccupancyFeed)
class OccupancyFeedAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "sensors", 20)
    required_permission = "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("登记停车场的车牌识别或计数系统后，余位会出现在停车场页面。")
    last_received = Moment(gettext_lazy("最近收到"), "last_received_at")
    health = Column(
        gettext_lazy("状态"),
        lambda feed: {
            "fresh": _("正常"),
            "stale": _("延迟"),
            "unknown": _("中断"),
        }[freshness(feed.last_measured_at, clock.now(), terms_of(feed))],
        tones={"正常": "success", "延迟": "warning", "中断": "danger"},
    )
    list_display = ["name", "merchant", "interval_minutes", "last_received", "health"]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant"]
    search_fields = ["name"]
    search_help_text = gettext_lazy("名称")
    ordering = ["name", "pk"]
    sortable_by = ()
    fields = [
        "name",
        "public_id",
        "merchant",
        "interval_minutes",
        "fresh_minutes",
        "stale_minutes",
        "registered_at",
        "last_received",
        "health",
    ]
    add_action = RegisterFeed()
    row_actions = [IssueFeedKey()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        latest = {f"last_{name}": Max(f"live__{name}") for name in ("received_at", "measured_at")}
        return super().get_queryset(request).annotate(**latest)

    def sections(self, request: HttpRequest, row: OccupancyFeed) -> Iterable[Section]:
        pools = list(
            Pool.objects.filter(car_park__feed=row)
            .select_related("car_park", "live__feed")
            .order_by("car_park__name_key", "pk")
        )
        yield table(
            _("停车场与车位"),
            [Column(_("停车场"), "car_park__name"), *POOL_COLUMNS],
            pools,
            empty=_("还没有停车场使用此数据源。"),
        )
        yield self._gaps(row, pools)
        yield table(
            _("被拒读数"),
            [
                Choice(_("原因"), "reason"),
                Column(_("说明"), "detail"),
                Column(_("原文"), lambda refused: refused.content[:200]),
                Number(_("次数"), "times"),
                Moment(_("首次"), "first_at"),
                Moment(_("最近"), "last_at"),
            ],
            row.refused.order_by("-last_at", "-pk")[:_MOST_LINES],
            empty=_("最近没有被拒的读数。"),
        )
        yield table(
            _("被拒过闸事件"),
            [
                Choice(_("原因"), "reason"),
                Column(_("说明"), "detail"),
                Number(_("次数"), "times"),
                Moment(_("首次"), "first_at"),
                Moment(_("最近"), "last_at"),
            ],
            RefusedGateEvent.objects.filter(feed=row).order_by("-last_at", "-pk")[:_MOST_LINES],
            empty=_("最近没有被拒的过闸事件。"),
        )
        yield table(
            _("密钥"),
            [
                Column(_("前缀"), lambda key: f"pf_{key.prefix}…"),
                Moment(_("签发时间"), "created_at"),
                Moment(_("吊销时间"), "revoked_at"),
            ],
            row.keys.order_by("-pk"),
            empty=_("还没有签发密钥。"),
        )

    def _gaps(self, row: OccupancyFeed, pools: list[Pool]) -> Section:
        """When nothing was known of the feed's pools in the last week, the latest first."""
        now = clock.now()
        names = {pool.pk: f"{pool.car_park.name} {pool.get_bay_class_display()}" for pool in pools}
        measured: dict[int, list[Any]] = {}
        rows = OccupancyReading.objects.filter(
            pool__in=names, measured_at__range=(now - _GAPS_WITHIN, now)
        )
        for pool, at in rows.order_by("measured_at").values_list("pool", "measured_at"):
            measured.setdefault(pool, []).append(at)
        gaps = sorted(
            (
                (start, end, names[pool])
                for pool, instants in measured.items()
                for start, end in gaps_in(instants, terms_of(row), until=now)
            ),
            reverse=True,
        )
        return Section(
            title=_("最近七天的中断"),
            headers=[_("停车场与车位"), _("从"), _("到"), _("分钟")],
            rows=[
                [
                    name,
                    format_instant(start),
                    format_instant(end),
                    (end - start) // timedelta(minutes=1),
                ]
                for start, end, name in gaps[:_MOST_LINES]
            ],
            empty=_("没有中断，或还没有读数。"),
        )


@admin.register(FeedKey)
class FeedKeyAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "vpn_key", 40)
    merchant_paths, required_permission = ("feed__merchant",), "manage_parking"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"operator"})
    empty_hint = gettext_lazy("请在余位数据源页面签发密钥。")
    shown_prefix = Column(gettext_lazy("前缀"), lambda row: f"pf_{row.prefix}…")
    operator = Column(gettext_lazy("商户"), "feed__merchant__name")
    issuer = Column(gettext_lazy("签发人"), "created_by")
    state = Column(
        gettext_lazy("状态"),
        lambda row: _("已吊销") if row.revoked_at else _("有效"),
        tones={"有效": "success", "已吊销": "danger"},
    )
    list_display = ["shown_prefix", "feed", "operator", "state", "created_at"]
    list_filter = [("feed", ScopedFilter)]
    list_select_related = ["feed__merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = ["shown_prefix", "feed", "operator", "state", "created_at", "issuer", "revoked_at"]
    row_actions = [RevokeFeedKey()]
