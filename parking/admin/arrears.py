"""停车欠费: what was left unpaid, who was reminded, and writing it off by two people."""

from collections.abc import Iterable

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Pending,
    Section,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, Number, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.four_eyes.admin import Approve, Reject
from district.merchants.scope import MerchantScopedAdmin, viewer
from parking import services as parking
from parking.admin.common import PARKING, ManagedAction
from parking.models import Arrears, ArrearsWriteOff
from parking.queries.stays import masked_plate_read

_PROPOSAL_TONES = {"待复核": "warning", "已通过": "success", "已拒绝": ""}


class WriteOffForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("核销原因"), max_length=200)


class ProposeWriteOff(ManagedAction):
    name, label, icon = "write-off", gettext_lazy("申请核销"), "money_off"
    explanation = gettext_lazy("由另一位同事复核；核销后不再追缴，也不影响车主的信用权益。")
    success_message = gettext_lazy("已提交，等待复核。")
    states, row_argument = {Arrears.State.OPEN}, "arrears"
    form_class = WriteOffForm
    verb = staticmethod(parking.propose_write_off)


class ApproveWriteOff(Approve, ManagedAction):
    explanation = gettext_lazy("通过后该笔欠费不再追缴。")
    success_message = gettext_lazy("已核销。")
    is_dangerous = True
    verb, row_argument = staticmethod(parking.approve_write_off), "proposal"


class RejectWriteOff(Reject, ManagedAction):
    verb, row_argument = staticmethod(parking.reject_write_off), "proposal"


@admin.register(Arrears)
class ArrearsAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(PARKING, "credit_score", 64)
    merchant_paths, required_permission = ("stay__car_park__merchant",), "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("未付离场或微信扣款失败的停车费会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    plate = Column(gettext_lazy("车牌"), lambda row: masked_plate_read(row.stay))
    car_park = Column(gettext_lazy("停车场"), "stay__car_park__name")
    stay_number = Link(gettext_lazy("停车记录"), "stay__public_id", to="stay")
    amount = Money(gettext_lazy("欠费"), "amount_fen")
    cause_text = Choice(gettext_lazy("原因"), "cause")
    state_label = Choice(
        gettext_lazy("状态"),
        "state",
        {"未付": "danger", "已付": "success", "已核销": "", "已撤销": ""},
    )
    debtor = Column(
        gettext_lazy("归属"), lambda row: _("会员") if row.member_id else _("车牌，待会员认领")
    )
    order_number = Column(gettext_lazy("支付订单"), "order__number")
    list_display = ["plate", "car_park", "state_label", "amount", "cause_text", "due_at"]
    list_filter = ["state", "cause", ("opened_at", DayRangeFilter)]
    list_select_related = ["stay__car_park__merchant", "order"]
    exact_fields = ("public_id", "stay__public_id", "order__number")
    search_help_text = gettext_lazy("完整的编号、停车记录编号或商户订单号")
    fields = [
        *("public_id", "plate", "stay_number", "car_park", "state_label", "amount"),
        *("cause_text", "debtor", "opened_at", "due_at", "closed_at", "order_number"),
    ]
    row_actions = (ProposeWriteOff(),)

    def sections(self, request: HttpRequest, row: Arrears) -> Iterable[Section]:
        yield table(
            _("提醒"),
            [Number(_("第几次"), "number"), Moment(_("提醒时间"), "reminded_at")],
            row.reminders.order_by("number"),
            empty=_("还没有提醒。"),
        )
        yield table(
            _("核销申请"),
            [
                Link(_("核销原因"), "reason"),
                Choice(_("状态"), "state", _PROPOSAL_TONES),
                Moment(_("提出时间"), "proposed_at"),
                Moment(_("复核时间"), "decided_at"),
            ],
            row.write_offs.order_by("pk"),
            empty=_("没有核销申请。"),
        )


@admin.register(ArrearsWriteOff)
class ArrearsWriteOffAdmin(MerchantScopedAdmin):
    menu = Menu(PARKING, "verified", 65)
    merchant_paths = ("arrears__stay__car_park__merchant",)
    required_permission = "manage_parking"
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("申请核销的欠费会在这里等待另一人复核。")
    ordering = ["-pk"]
    sortable_by = ()
    number = Column(gettext_lazy("编号"), "pk")
    arrears_number = Link(gettext_lazy("欠费"), "arrears__public_id", to="arrears")
    amount = Money(gettext_lazy("金额"), "arrears__amount_fen")
    car_park = Column(gettext_lazy("停车场"), "arrears__stay__car_park__name")
    state_label = Choice(gettext_lazy("状态"), "state", _PROPOSAL_TONES)
    list_display = ["number", "state_label", "amount", "car_park", "reason", "proposed_at"]
    list_filter = ["state"]
    list_select_related = ["arrears__stay__car_park"]
    fields = [
        *("state_label", "arrears_number", "amount", "car_park", "reason"),
        *("proposed_by", "proposed_at", "decided_by", "decided_at", "decision"),
    ]
    row_actions = (ApproveWriteOff(), RejectWriteOff())


def _may_decide(request: HttpRequest) -> bool:
    return viewer(request).can("manage_parking")


register_pending(
    Pending(
        ArrearsWriteOff,
        gettext_lazy("待复核欠费核销"),
        ArrearsWriteOff.State.PROPOSED,
        is_allowed=_may_decide,
        # Who proposed it leaves it to another.
        unless=lambda request: Q(proposed_by=viewer(request).user),
    ),
    order=62,
)
