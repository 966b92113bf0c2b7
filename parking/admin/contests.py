"""What members object to: a no-show that was none, a plate that somebody else registered."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Pending,
    ReadOnlyAdmin,
    Section,
    format_instant,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Moment, table
from district.kernel.idempotency import Key
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, viewer
from parking import services as parking
from parking.admin.common import PARKING, ManagedAction
from parking.models import GateEvent, NoShowContest, PlateDispute, Reservation
from parking.queries.stays import masked_plate_read
from parking.queries.vehicles import claimed_plate, masked_plate

_CONTEST_TONES = {"待处理": "danger", "申诉成立": "success", "申诉不成立": ""}
_DISPUTE_TONES = {"待核实": "danger", "已改归申请人": "success", "已驳回": ""}
_AROUND = timedelta(hours=6)


class DecisionForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("处理说明"),
        max_length=300,
        help_text=gettext_lazy("写明依据，例如看过的录像或行驶证。"),
    )


class _DecideContest(ManagedAction):
    success_message = gettext_lazy("申诉已处理。")
    states, form_class = {NoShowContest.State.OPEN}, DecisionForm
    accept: ClassVar[bool]

    def run(
        self, request: HttpRequest, row: NoShowContest, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        parking.decide_contest(
            contest=row, accept=self.accept, by=viewer(request).user, **cleaned_data
        )

    def aside(self, request: HttpRequest, row: NoShowContest) -> Iterable[Section]:
        return [_gate_events(row)]


class AcceptContest(_DecideContest):
    name, label, icon = "accept", gettext_lazy("申诉成立"), "check_circle"
    explanation = gettext_lazy("不再记为未到场，已付的定金退回。")
    accept = True


class RejectContest(_DecideContest):
    name, label, icon, is_dangerous = "reject", gettext_lazy("申诉不成立"), "cancel", True
    explanation = gettext_lazy("仍记为未到场，定金不退。")
    accept = False


@admin.register(NoShowContest)
class NoShowContestAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "gavel", 13)
    merchant_paths = ("reservation__pool__car_park__merchant",)
    required_permission = "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员对未到场记录提出的申诉会在这里等待处理。")
    plate = Column(gettext_lazy("车牌"), lambda row: masked_plate(row.reservation.vehicle))
    reservation_number = Column(gettext_lazy("预约"), "reservation__public_id")
    car_park = Column(gettext_lazy("停车场"), "reservation__pool__car_park__name")
    window = Column(
        gettext_lazy("预约时段"),
        lambda row: (
            f"{format_instant(row.reservation.starts_at)} – {format_instant(row.reservation.ends_at)}"
        ),
    )
    state_label = Choice(gettext_lazy("状态"), "state", _CONTEST_TONES)
    list_display = ["plate", "car_park", "window", "state_label", "opened_at"]
    list_filter = ["state", ("opened_at", DayRangeFilter)]
    list_select_related = ["reservation__pool__car_park", "reservation__vehicle__member__key"]
    ordering = ["-opened_at", "-pk"]
    sortable_by = ()
    fields = [
        *("reservation_number", "plate", "car_park", "window", "statement", "state_label"),
        *("opened_at", "decided_at", "decided_by", "note"),
    ]
    row_actions = (AcceptContest(), RejectContest())

    def name_of(self, row: NoShowContest) -> str:
        return row.reservation.public_id

    def sections(self, request: HttpRequest, row: NoShowContest) -> Iterable[Section]:
        yield _gate_events(row)


def _gate_events(contest: NoShowContest) -> Section:
    """What the gates read of the plate around the window."""
    reservation = Reservation.objects.select_related("pool", "vehicle").get(
        pk=contest.reservation_id
    )
    events = GateEvent.objects.filter(
        car_park=reservation.pool.car_park_id,
        plate_hash=reservation.vehicle.plate_hash,
        occurred_at__range=(reservation.starts_at - _AROUND, reservation.ends_at + _AROUND),
    )
    return table(
        _("该车牌前后六小时的过闸事件"),
        [
            Choice(_("方向"), "direction"),
            Column(_("车道"), "lane"),
            Column(_("车牌"), masked_plate_read),
            Choice(_("颜色"), "colour"),
            Moment(_("发生时间"), "occurred_at"),
            Moment(_("收到时间"), "received_at"),
        ],
        events.order_by("occurred_at", "pk")[:50],
        empty=_("闸机没有识别到该车牌。"),
    )


class _DecideDispute(OperatorAction):
    success_message = gettext_lazy("争议已处理。")
    permission = "parking.change_platedispute"
    states, form_class = {PlateDispute.State.OPEN}, DecisionForm
    uphold: ClassVar[bool]

    def run(
        self, request: HttpRequest, row: PlateDispute, cleaned_data: dict[str, Any], key: Key
    ) -> None:
        parking.decide_dispute(
            dispute=row, uphold=self.uphold, by=viewer(request).user, **cleaned_data
        )

    def aside(self, request: HttpRequest, row: PlateDispute) -> Iterable[Section]:
        return [_both_sides(row)]


class UpholdDispute(_DecideDispute):
    name, label, icon = "uphold", gettext_lazy("改归申请人"), "check_circle"
    explanation = gettext_lazy(
        "已查看申请人的行驶证：车牌改归申请人并记为已核实，原登记移除。原会员有未结束的预约时不能改。"
    )
    uphold = True


class RejectDispute(_DecideDispute):
    name, label, icon, is_dangerous = "reject", gettext_lazy("驳回"), "cancel", True
    explanation = gettext_lazy("车牌仍归原会员。")
    uphold = False


@admin.register(PlateDispute)
class PlateDisputeAdmin(ReadOnlyAdmin):
    """Whose a plate is concerns two members and no car park, so only the district's operators decide."""

    menu = Menu(PARKING, "balance", 51)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员对已被他人登记的车牌提出的争议会在这里等待核实。")
    number = Column(gettext_lazy("编号"), "public_id")
    plate = Column(gettext_lazy("车牌"), claimed_plate)
    claimant_number = Column(gettext_lazy("申请人"), "claimant__public_id")
    holder_number = Column(gettext_lazy("现登记会员"), "vehicle__member__public_id")
    state_label = Choice(gettext_lazy("状态"), "state", _DISPUTE_TONES)
    list_display = ["plate", "claimant_number", "holder_number", "state_label", "opened_at"]
    list_filter = ["state", ("opened_at", DayRangeFilter)]
    list_select_related = ["claimant__key", "vehicle__member__key"]
    ordering = ["-opened_at", "-pk"]
    sortable_by = ()
    fields = [
        *("number", "plate", "claimant_number", "holder_number", "statement", "state_label"),
        *("opened_at", "decided_at", "decided_by", "note"),
    ]
    row_actions = (UpholdDispute(), RejectDispute())

    def sections(self, request: HttpRequest, row: PlateDispute) -> Iterable[Section]:
        yield _both_sides(row)


def _both_sides(dispute: PlateDispute) -> Section:
    """What is known of the member who has the plate, and of the one who claims it."""
    holder, claimant = dispute.vehicle.member, dispute.claimant
    open_rows = Reservation.objects.filter(vehicle=dispute.vehicle, state__in=Reservation.OPEN)
    return Section(
        _("双方情况"),
        [_("项目"), _("现登记会员"), _("申请人")],
        [
            [_("会员编号"), holder.public_id, claimant.public_id],
            [_("车牌"), masked_plate(dispute.vehicle), claimed_plate(dispute)],
            [
                _("时间"),
                _("%(at)s 登记") % {"at": format_instant(dispute.vehicle.registered_at)},
                _("%(at)s 提出") % {"at": format_instant(dispute.opened_at)},
            ],
            [_("行驶证"), _verified(dispute.vehicle.verified_at), _("待核实")],
            [_("该车牌未结束的预约"), open_rows.count(), "—"],
            [_("会员登记的其他车辆"), *(_others(member, dispute) for member in (holder, claimant))],
        ],
        empty="",
    )


def _verified(at: Any) -> str:
    return _("%(at)s 已核实") % {"at": format_instant(at)} if at else _("未核实")


def _others(member: Any, dispute: PlateDispute) -> int:
    rows = member.vehicles.filter(removed_at=None).exclude(pk=dispute.vehicle_id)
    count: int = rows.count()
    return count


register_pending(
    Pending(
        NoShowContest,
        gettext_lazy("未到场申诉"),
        NoShowContest.State.OPEN,
        is_allowed=lambda request: viewer(request).can("manage_parking"),
    ),
    order=60,
)
register_pending(
    Pending(
        PlateDispute,
        gettext_lazy("车牌争议"),
        PlateDispute.State.OPEN,
        is_allowed=lambda request: viewer(request).operator,
    ),
    order=61,
)
