"""Acts on cycles: what is proposed is shown before, and again before it is approved."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import ActionForm, Panel, Tile, Tiles
from district.kernel.backoffice.columns import Column, Money, Number, table
from district.kernel.backoffice.widgets import DayInput
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction, viewer
from loyalty.admin.common import exact_yuan
from loyalty.settlement import services as settlement
from loyalty.settlement import sources
from loyalty.settlement.admin.common import days_of
from loyalty.settlement.models import Cycle
from loyalty.settlement.queries import draft, draft_charges, last_cycle

TOP = 20


class LastDayForm(ActionForm):
    last_day = forms.DateField(
        label=gettext_lazy("最后一天"),
        widget=DayInput,
        help_text=gettext_lazy("含当天，按上海日期。"),
    )


class OpenCycleForm(LastDayForm):
    first_day = forms.DateField(
        label=gettext_lazy("第一天"),
        widget=DayInput,
        help_text=gettext_lazy("只有第一个周期需要；更早的往来一并计入。"),
    )
    field_order = ["first_day", "last_day"]

    def prepare(self) -> None:
        if last_cycle() is not None:
            del self.fields["first_day"]


class OpenCycle(OperatorAction):
    name, label, icon = "add", gettext_lazy("开始结算周期"), "add"
    explanation = gettext_lazy("新周期从上一期结束的次日开始；上一期结账之后才能开始。")
    success_message = gettext_lazy("结算周期已开始。")
    form_class = OpenCycleForm
    permission = "settlement.add_cycle"
    verb = staticmethod(settlement.open_cycle)


class MoveEnd(OperatorAction):
    name, label, icon = "move-end", gettext_lazy("调整结束日"), "edit_calendar"
    success_message = gettext_lazy("结束日已调整。")
    form_class = LastDayForm
    states = {Cycle.State.OPEN}
    verb, row_argument = staticmethod(settlement.move_cycle_end), "cycle"


class ProposeClose(OperatorAction):
    name, label, icon = "propose", gettext_lazy("提出结账"), "task_alt"
    explanation = gettext_lazy(
        "定下哪些往来属于本期；之后才到的计入下一期。收银照常进行。须由另一人复核后才结账。"
    )
    success_message = gettext_lazy("已提出结账，等待另一人复核。")
    has_preview = True
    verb, row_argument = staticmethod(settlement.propose_close), "cycle"

    def is_applicable(self, row: Cycle) -> bool:
        return row.state == Cycle.State.OPEN and row.ends_at <= clock.now()

    def preview(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any]
    ) -> Iterable[Panel]:
        return draft_figures(row)


class ApproveClose(OperatorAction):
    name, label, icon = "approve", gettext_lazy("复核并结账"), "verified"
    explanation = gettext_lazy(
        "数字会重新计算，必须与提出时完全一致。结账后不能更改，只能用贷项通知更正。"
    )
    success_message = gettext_lazy("已结账，结算单已生成。")
    is_dangerous, has_preview = True, True
    states = {Cycle.State.PROPOSED}
    verb, row_argument = staticmethod(settlement.approve_close), "cycle"

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        return super().is_allowed(request, row) and (
            row is None or who.user.pk not in {row.proposed_by_id, row.end_moved_by_id}
        )

    def preview(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any]
    ) -> Iterable[Panel]:
        return draft_figures(row)


class WithdrawClose(OperatorAction):
    name, label, icon = "withdraw", gettext_lazy("撤回提议"), "undo"
    explanation = gettext_lazy("周期恢复为进行中，可以重新提出。")
    success_message = gettext_lazy("提议已撤回。")
    states = {Cycle.State.PROPOSED}
    verb, row_argument = staticmethod(settlement.withdraw_close), "cycle"


def draft_figures(cycle: Cycle) -> Iterable[Panel]:
    """What the cycle comes to at this moment, before fractions of earlier cycles and fees."""
    pairs, movements, milli_fen, largest = draft(cycle, top=TOP)
    names = dict(
        Merchant.objects.filter(
            pk__in={pk for line in largest for pk in (line.issuer, line.redeemer)}
        ).values_list("pk", "name")
    )
    yield Tiles(
        _("本期数字"),
        [
            Tile(_("结算期间"), days_of(cycle)),
            Tile(_("商户对"), f"{pairs:,}"),
            Tile(_("往来笔数"), f"{movements:,}"),
            Tile(_("应付合计"), exact_yuan(milli_fen)),
        ],
    )
    columns = [
        Column(_("发放商户（付）"), lambda line: names[line.issuer]),
        Column(_("收取商户（收）"), lambda line: names[line.redeemer]),
        Number(_("笔数"), "movements"),
        Number(_("积分"), "points"),
        Column(_("金额"), lambda line: exact_yuan(line.milli_fen)),
    ]
    yield table(
        _("金额最大的往来"),
        columns,
        largest,
        empty=_("本期没有商户之间的往来。"),
        note=_("另有 %(count)s 对。") % {"count": pairs - len(largest)}
        if pairs > len(largest)
        else "",
    )
    charges = draft_charges(cycle)
    if charges:
        columns = [
            Column(_("来源"), lambda charge: sources.source_name(charge.source)),
            Number(_("商户对"), "pairs"),
            Number(_("笔数"), "bookings"),
            Money(_("合计"), "fen"),
        ]
        yield table(_("其他款项"), columns, charges)
