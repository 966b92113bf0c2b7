"""微信停车: cars that WeChat was told of, what it was asked to charge, and all that was said on the way."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import (
    Choice,
    Column,
    Link,
    Moment,
    Money,
    Number,
    table,
)
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.outbox import wakeup
from district.merchants.scope import MerchantScopedAdmin, viewer
from parking.admin.common import PARKING
from parking.models import WechatCharge, WechatEntry, WechatExchange
from parking.queries.stays import masked_plate_read

_ENTRY_TONES = {
    "待上报": "info",
    "可扣费": "success",
    "受限": "warning",
    "已发起扣费": "",
    "已结束": "",
    "未上报": "danger",
    "重复入场": "warning",
}
_CHARGE_TONES = {
    "待扣费": "info",
    "已受理": "info",
    "已到账": "success",
    "扣款失败": "danger",
    "未受理": "warning",
}
_OUTCOME_TONES = {
    "成功": "success",
    "被拒绝": "warning",
    "未连通": "danger",
    "应答无法采信": "danger",
    "无变化": "",
}
_EXCHANGES = [
    Moment(gettext_lazy("时间"), "at"),
    Choice(gettext_lazy("类型"), "kind"),
    Choice(gettext_lazy("结果"), "outcome", _OUTCOME_TONES),
    Column(gettext_lazy("微信返回"), "code"),
    Number(gettext_lazy("耗时（毫秒）"), "duration_ms"),
    Column(gettext_lazy("微信请求号"), "request_id"),
]
_REPLAY_ENTRY, _REPLAY_ENTRIES = replay_pair(
    WechatEntry,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新上报"), gettext_lazy("重新上报全部搁置项")),
    explanation=gettext_lazy("以同一编号再次上报，微信不会重复登记。"),
)
_REPLAY_CHARGE, _REPLAY_CHARGES = replay_pair(
    WechatCharge,
    wakeup.wake_worker,
    labels=(gettext_lazy("再次查询"), gettext_lazy("再次查询全部搁置项")),
    explanation=gettext_lazy("先向微信查询，没有受理时以同一单号再次发起，不会重复扣费。"),
)


@admin.register(WechatEntry)
class WechatEntryAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(PARKING, "login", 60)
    merchant_paths, required_permission = ("stay__car_park__merchant",), "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员开通微信支付分停车后，其车辆入场会上报微信并列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    plate = Column(gettext_lazy("车牌"), lambda row: masked_plate_read(row.stay))
    stay_number = Link(gettext_lazy("停车记录"), "stay__public_id", to="stay")
    car_park = Column(gettext_lazy("停车场"), "stay__car_park__name")
    state_label = Choice(gettext_lazy("状态"), "state", _ENTRY_TONES)
    reason = Choice(gettext_lazy("受限原因"), "block_reason")
    free = Number(gettext_lazy("免费时长（秒）"), "free_seconds")
    list_display = ["plate", "car_park", "state_label", "reason", "started_at", "reported_at"]
    list_filter = ["state", ("started_at", DayRangeFilter)]
    list_select_related = ["stay__car_park__merchant"]
    exact_fields = ("stay__public_id", "parking_id")
    search_help_text = gettext_lazy("完整的停车记录编号或微信停车编号")
    fields = [
        *("plate", "stay_number", "car_park", "state_label", "reason", "parking_id", "free"),
        *("started_at", "reported_at", "changed_at"),
        *("attempts", "next_attempt_at", "last_error", "set_aside_at"),
    ]
    row_actions = (_REPLAY_ENTRY,)
    list_actions = (_REPLAY_ENTRIES,)

    def sections(self, request: HttpRequest, row: WechatEntry) -> Iterable[Section]:
        yield table(
            _("扣费"),
            [
                Link(_("商户订单号"), "number"),
                Choice(_("状态"), "state", _CHARGE_TONES),
                Money(_("金额"), "amount_fen"),
                Moment(_("受理时间"), "accepted_at"),
                Moment(_("结束时间"), "settled_at"),
            ],
            WechatCharge.objects.filter(entry=row),
            empty=_("没有发起扣费。"),
        )
        yield table(
            _("与微信的往来"), _EXCHANGES, row.exchanges.order_by("pk"), empty=_("还没有往来。")
        )


@admin.register(WechatCharge)
class WechatChargeAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(PARKING, "contactless", 61)
    merchant_paths = ("entry__stay__car_park__merchant",)
    required_permission = "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("车辆离场后由微信扣费的停车费会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    plate = Column(gettext_lazy("车牌"), lambda row: masked_plate_read(row.entry.stay))
    entry_number = Link(gettext_lazy("入场"), "entry__stay__public_id", to="entry")
    car_park = Column(gettext_lazy("停车场"), "entry__stay__car_park__name")
    state_label = Choice(gettext_lazy("状态"), "state", _CHARGE_TONES)
    amount = Money(gettext_lazy("金额"), "amount_fen")
    list_display = ["number", "plate", "car_park", "state_label", "amount", "wanted_at"]
    list_filter = ["state", "is_advanced", ("wanted_at", DayRangeFilter)]
    list_select_related = ["entry__stay__car_park__merchant"]
    exact_fields = ("number", "public_id", "transaction_id", "entry__stay__public_id")
    search_help_text = gettext_lazy("完整的商户订单号、微信订单号或停车记录编号")
    fields = [
        *("number", "public_id", "plate", "entry_number", "car_park", "state_label", "amount"),
        *("device", "ended_at", "wanted_at", "sent_at", "accepted_at", "settled_at"),
        *("transaction_id", "is_advanced", "is_repaid", "failure"),
        *("attempts", "next_attempt_at", "last_error", "set_aside_at"),
    ]
    row_actions = (_REPLAY_CHARGE,)
    list_actions = (_REPLAY_CHARGES,)

    def sections(self, request: HttpRequest, row: WechatCharge) -> Iterable[Section]:
        if row.payment is not None and viewer(request).operator:
            yield table(
                _("收款"),
                [
                    Link(_("渠道交易号"), "transaction_id"),
                    Money(_("金额"), "amount_fen"),
                    Money(_("已退款"), "refunded_fen"),
                    Moment(_("支付时间"), "paid_at"),
                ],
                [row.payment],
            )
        exchanges: Any = WechatExchange.objects.filter(entry=row.entry_id)
        kinds = WechatExchange.Kind
        yield table(
            _("与微信的往来"),
            _EXCHANGES,
            exchanges.filter(kind__in=[kinds.CHARGE, kinds.QUERY, kinds.CHARGE_NOTICE]).order_by(
                "pk"
            ),
            empty=_("还没有往来。"),
        )


@admin.register(WechatExchange)
class WechatExchangeAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(PARKING, "swap_calls", 62)
    merchant_paths = ("entry__stay__car_park__merchant",)
    required_permission = "manage_parking"
    empty_hint = gettext_lazy("向微信查询车牌、上报入场、扣费以及收到的通知都会记在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    kind_text = Choice(gettext_lazy("类型"), "kind")
    outcome_label = Choice(gettext_lazy("结果"), "outcome", _OUTCOME_TONES)
    stay_number = Column(gettext_lazy("停车记录"), "entry__stay__public_id")
    duration = Number(gettext_lazy("耗时（毫秒）"), "duration_ms")
    list_display = ["at", "kind_text", "outcome_label", "code", "stay_number"]
    list_filter = ["kind", "outcome", ("at", DayRangeFilter)]
    list_select_related = ["entry__stay"]
    exact_fields = ("request_id", "entry__stay__public_id")
    search_help_text = gettext_lazy("完整的微信请求号或停车记录编号")
    fields = [
        *("at", "kind_text", "outcome_label", "code", "stay_number", "request_id", "duration"),
    ]
