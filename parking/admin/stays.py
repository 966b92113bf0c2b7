"""Stays: what the gates read, what is missing, and what somebody says where they missed or misread it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import ActionForm, DayRangeFilter, Menu, Section, name_verbs
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, table
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.text.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter
from parking import services as parking
from parking.admin.common import PARKING, ManagedAction
from parking.admin.fees import RefundFee, due_text, fee_sections
from parking.admin.lookups import RevealPlate, SearchPlate
from parking.models import Stay, Vehicle
from parking.queries.stays import masked_plate_read, stay_fee

State = Stay.State

name_verbs(
    close_as_lost_exit=gettext_lazy("登记离场"),
    resolve_missing_entry=gettext_lazy("补登入场"),
    correct_plate=gettext_lazy("更正车牌"),
)


def _fee_text(stay: Stay) -> str | None:
    fee = stay_fee(stay, clock.now())
    return None if fee is None else format_yuan(fee.gross_fen)


class LeftForm(ActionForm):
    left_at = forms.DateTimeField(label=gettext_lazy("离场时间"), widget=InstantInput)


class EnteredForm(ActionForm):
    entered_at = forms.DateTimeField(label=gettext_lazy("入场时间"), widget=InstantInput)


class PlateForm(ActionForm):
    plate = forms.CharField(label=gettext_lazy("正确车牌"), max_length=20)
    colour = forms.ChoiceField(
        label=gettext_lazy("车牌颜色"),
        choices=[("", gettext_lazy("按车牌判断")), *Vehicle.Colour.choices],
        required=False,
    )
    part = forms.ChoiceField(
        label=gettext_lazy("识别有误的是"),
        choices=[
            ("all", gettext_lazy("入场与离场")),
            ("entry", gettext_lazy("仅入场")),
            ("exit", gettext_lazy("仅离场")),
        ],
    )


class _StayAction(ManagedAction):
    success_message, row_argument = gettext_lazy("已更新。"), "stay"


class CloseAsLostExit(_StayAction):
    name, label, icon = "lost-exit", gettext_lazy("登记离场"), "logout"
    explanation = gettext_lazy("车辆已离场而闸机没有识别到时使用；之后上报的离场事件优先。")
    states = {State.OPEN, State.LOST_EXIT}
    form_class = LeftForm
    verb = staticmethod(parking.close_as_lost_exit)


class ResolveMissingEntry(_StayAction):
    name, label, icon = "missing-entry", gettext_lazy("补登入场"), "login"
    explanation = gettext_lazy("闸机没有识别到入场时使用；之后上报的入场事件优先。")
    states = {State.MISSING_ENTRY}
    form_class = EnteredForm
    verb = staticmethod(parking.resolve_missing_entry)


class CorrectPlate(_StayAction):
    name, label, icon = "plate", gettext_lazy("更正车牌"), "edit"
    explanation = gettext_lazy("两次识别不一致时，更正后会合并为一条停车记录；原识别结果会保留。")
    states = {State.OPEN, State.CLOSED, State.LOST_EXIT, State.MISSING_ENTRY}
    form_class = PlateForm
    verb = staticmethod(parking.correct_plate)


@admin.register(Stay)
class StayAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "receipt_long", 17)
    merchant_paths, required_permission = ("car_park__merchant",), "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("闸机系统上报过闸事件后，停车记录会出现在这里。")
    plate = Column(gettext_lazy("车牌"), masked_plate_read)
    colour_label = Choice(gettext_lazy("车牌颜色"), "colour")
    operator = Column(gettext_lazy("商户"), "car_park__merchant__name")
    state_label = Choice(
        gettext_lazy("状态"),
        "state",
        {
            "在场": "info",
            "已离场": "success",
            "缺少离场": "warning",
            "缺少入场": "danger",
            "已合并": "",
        },
    )
    fee = Column(gettext_lazy("费用"), _fee_text)
    due = Column(gettext_lazy("待支付"), due_text)
    list_display = ["plate", "colour_label", "car_park", "state_label", "entered_at", "left_at"]
    list_filter = ["state", ("car_park", ScopedFilter), ("entered_at", DayRangeFilter)]
    list_select_related = ["car_park__merchant", "tariff_version__tariff"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        *("public_id", "plate", "colour_label", "car_park", "operator", "state_label"),
        *("entered_at", "left_at", "declared_entered_at", "declared_left_at"),
        *("tariff_version", "fee", "due", "merged_into"),
    ]
    list_actions = (SearchPlate(),)
    row_actions = (
        RevealPlate(),
        CloseAsLostExit(),
        ResolveMissingEntry(),
        CorrectPlate(),
        RefundFee(),
    )

    def sections(self, request: HttpRequest, row: Stay) -> Iterable[Section]:
        yield table(
            _("预约"),
            [
                Link(_("预约"), "public_id"),
                Moment(_("开始"), "starts_at"),
                Moment(_("结束"), "ends_at"),
                Choice(_("状态"), "state"),
            ],
            row.reservations.order_by("starts_at"),
            empty=_("没有预约。"),
        )
        events: Any = row.events.order_by("occurred_at", "pk").prefetch_related("corrections")
        yield table(
            _("过闸事件"),
            [
                Choice(_("方向"), "direction"),
                Column(_("车道"), "lane"),
                Column(_("车牌"), masked_plate_read),
                Column(
                    _("更正前"),
                    lambda event: "、".join(
                        masked_plate_read(before) for before in event.corrections.all()
                    ),
                ),
                Moment(_("发生时间"), "occurred_at"),
                Moment(_("收到时间"), "received_at"),
                Column(_("事件编号"), "event_id"),
            ],
            events,
            empty=_("过闸事件已归入其他停车记录。"),
        )
        yield from fee_sections(row)
