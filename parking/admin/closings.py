"""What became of the reservations of car parks that closed."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, Cell, Menu, Section, format_instant
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Number, table
from district.kernel.idempotency import Key
from district.kernel.jobs.admin import JobColumns, resume_action
from district.merchants.scope import MerchantScopedAdmin, viewer
from parking import services as parking
from parking import tasks
from parking.admin.common import PARKING, RegisterAction
from parking.models import CarPark, CarParkClosing
from parking.queries.closings import PlannedMove, plan_closing
from parking.queries.vehicles import masked_plate

_MOST_LINES = 200


class CloseCarPark(RegisterAction):
    name, label, icon, is_dangerous = "close", gettext_lazy("停用停车场"), "block", True
    explanation = gettext_lazy(
        "停车场不再公开显示，历史记录保留，且不能恢复。未到场的预约改派到同一商户最近的停车场；无处可改派的取消并退回定金。"
    )
    success_message = gettext_lazy("停车场已停用，预约正在后台处理。")
    states, has_preview = {CarPark.State.OPEN}, True
    form_class = ActionForm

    def preview(
        self, request: HttpRequest, row: CarPark, cleaned_data: dict[str, Any]
    ) -> Iterable[Section]:
        moves = plan_closing(row)
        counted = {
            _("改派到其他停车场"): sum(move.pool is not None for move in moves),
            _("取消并退回定金"): sum(move.pool is None for move in moves),
        }
        yield Section(
            _("停用后"),
            [_("处理"), _("预约数")],
            [[name, f"{count:,}"] for name, count in counted.items()],
            empty="",
        )
        yield _planned(moves)

    def run(
        self, request: HttpRequest, row: CarPark, cleaned_data: dict[str, Any], key: Key
    ) -> CarPark:
        closed = parking.close_car_park(car_park=row, by=viewer(request).user)
        transaction.on_commit(tasks.CLOSE_OUT.wake)
        return closed


def _planned(moves: list[PlannedMove]) -> Section:
    return Section(
        _("预约的去向"),
        [_("车牌"), _("开始"), _("结束"), _("去向")],
        [
            [
                masked_plate(move.reservation.vehicle),
                format_instant(move.reservation.starts_at),
                format_instant(move.reservation.ends_at),
                Cell(move.pool.car_park.name if move.pool else _("取消"), tone=_tone(move)),
            ]
            for move in moves[:_MOST_LINES]
        ],
        empty=_("没有未到场的预约。"),
        note=_("按目前的余位试算；确认后逐个处理，期间余位变化以实际为准。"),
    )


def _tone(move: PlannedMove) -> str:
    return "good" if move.pool else "bad"


@admin.register(CarParkClosing)
class CarParkClosingAdmin(JobColumns, MerchantScopedAdmin):
    menu = Menu(PARKING, "logout", 55)
    merchant_paths, required_permission = ("car_park__merchant",), "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("停用接受预约的停车场后，预约的处理进度会显示在这里。")
    operator = Column(gettext_lazy("商户"), "car_park__merchant__name")
    relocated_count = Number(gettext_lazy("已改派"), "relocated")
    cancelled_count = Number(gettext_lazy("已取消"), "cancelled")
    list_display = ["car_park", "state_label", "relocated_count", "cancelled_count", "created_at"]
    list_select_related = ["car_park__merchant"]
    ordering = ["-pk"]
    sortable_by = ()
    fields = [
        *("number", "car_park", "operator", "state_label", "progress", "relocated_count"),
        *("cancelled_count", "closed_by", "created_at", "ended_at"),
    ]
    row_actions = (resume_action(CarParkClosing, tasks.CLOSE_OUT),)

    def sections(self, request: HttpRequest, row: CarParkClosing) -> Iterable[Section]:
        yield table(
            _("预约的去向"),
            [
                Link(_("预约"), "reservation__public_id", to="reservation"),
                Column(_("车牌"), lambda line: masked_plate(line.reservation.vehicle)),
                Moment(_("开始"), "reservation__starts_at"),
                Choice(_("结果"), "outcome"),
                Column(_("改派到"), "relocated_to__pool__car_park__name"),
            ],
            row.rows.select_related(
                "reservation__vehicle__member__key", "relocated_to__pool__car_park"
            ).order_by("pk")[:_MOST_LINES],
            empty=_("没有需要处理的预约。"),
        )
