"""Reservations: who has which place when, and what people of the car park do about it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, DayRangeFilter, Menu, Section, name_verbs
from district.kernel.backoffice.columns import Choice, Column, Link, Money, table
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter
from parking import services as parking
from parking.admin.common import PARKING, ManagedAction
from parking.models import Pool, Reservation
from parking.queries.closings import pools_instead_of
from parking.queries.vehicles import masked_plate

State = Reservation.State

TONES = {
    "占位中": "",
    "已预约": "info",
    "已入场": "success",
    "已完成": "success",
    "已取消": "",
    "已过期": "",
    "未到场": "danger",
    "已改派": "warning",
}

name_verbs(
    cancel_reservation=gettext_lazy("取消预约"),
    note_arrival=gettext_lazy("登记到场"),
)


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("会员可以看到。")
    )


class RelocateForm(ReasonForm):
    pool = forms.ModelChoiceField(
        Pool.objects.none(),
        label=gettext_lazy("改派到"),
        help_text=gettext_lazy("同类车位，由近到远。"),
    )
    field_order = ("pool", "reason")

    def prepare(self) -> None:
        pools = pools_instead_of(self.row.pool)
        self.field("pool").queryset = Pool.objects.filter(pk__in=[pool.pk for pool in pools])
        self.field("pool").choices = [
            ("", "---------"),
            *((pool.pk, f"{pool.car_park.name} {pool.get_bay_class_display()}") for pool in pools),
        ]


class _ReservationAction(ManagedAction):
    success_message, row_argument = gettext_lazy("已更新。"), "reservation"


class NoteArrival(_ReservationAction):
    name, label, icon = "arrival", gettext_lazy("登记到场"), "login"
    explanation = gettext_lazy("车辆已入场而闸机没有识别到时使用。")
    states = {State.CONFIRMED}
    verb = staticmethod(parking.note_arrival_by_hand)


class Relocate(_ReservationAction):
    name, label, icon = "relocate", gettext_lazy("改派"), "alt_route"
    explanation = gettext_lazy("时段与定金不变，会员在开始前可免费取消。")
    success_message = gettext_lazy("已改派。")
    states, opens_result = {State.CONFIRMED}, True
    form_class = RelocateForm
    verb = staticmethod(parking.relocate_reservation)


class CancelForMember(_ReservationAction):
    name, label, icon, is_dangerous = "cancel", gettext_lazy("取消预约"), "event_busy", True
    explanation = gettext_lazy("由停车场取消，已付的定金全部退回。")
    success_message = gettext_lazy("已取消。")
    states, form_class = {State.HELD, State.CONFIRMED}, ReasonForm
    verb = staticmethod(parking.cancel_for_member)


@admin.register(Reservation)
class ReservationAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(PARKING, "event_available", 12)
    merchant_paths, required_permission = ("pool__car_park__merchant",), "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员预约车位后，预约会出现在这里。")
    number = Column(gettext_lazy("编号"), "public_id")
    plate = Column(gettext_lazy("车牌"), lambda row: masked_plate(row.vehicle))
    member_number = Column(gettext_lazy("会员编号"), "member__public_id")
    car_park = Column(gettext_lazy("停车场"), "pool__car_park__name")
    bays = Choice(gettext_lazy("车位类型"), "pool__bay_class")
    bay_number = Column(gettext_lazy("车位号"), "bay__number")
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    deposit = Money(gettext_lazy("定金"), "deposit_fen")
    gate_stay = Column(gettext_lazy("停车记录"), "stay__public_id")
    displaced = Column(
        gettext_lazy("被超时车辆占用"),
        lambda row: _("是") if row.displaced_by_id else None,
    )
    moved_from = Column(gettext_lazy("改派自"), "relocated_from__public_id")
    list_display = ["plate", "car_park", "bays", "starts_at", "ends_at", "state_label"]
    list_filter = [
        "state",
        ("pool__car_park", ScopedFilter),
        "pool__bay_class",
        ("starts_at", DayRangeFilter),
    ]
    list_select_related = [
        *("pool__car_park", "bay", "vehicle__member__key", "member", "stay", "relocated_from")
    ]
    exact_fields = ("public_id", "member__public_id")
    search_help_text = gettext_lazy("完整的预约编号或会员编号")
    ordering = ["-starts_at", "-pk"]
    sortable_by = ()
    fields = [
        *("number", "plate", "member_number", "car_park", "bays", "bay_number", "state_label"),
        *("starts_at", "ends_at", "admitted_from", "late_until", "free_cancel_until"),
        *("hold_expires_at", "deposit", "created_at", "arrived_at", "ended_at", "reason"),
        *("gate_stay", "displaced", "moved_from"),
    ]
    row_actions = (NoteArrival(), Relocate(), CancelForMember())

    def sections(self, request: HttpRequest, row: Reservation) -> Iterable[Section]:
        later: Any = Reservation.objects.filter(relocated_from=row).select_related("pool__car_park")
        if row.state == State.RELOCATED:
            yield table(
                _("改派到"),
                [
                    Link(_("预约"), "public_id"),
                    Column(_("停车场"), "pool__car_park__name"),
                    Choice(_("状态"), "state"),
                ],
                later,
            )
