"""Cycles: opened, proposed by one person and closed by another one."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, ReadOnlyAdmin, Section
from district.kernel.backoffice.columns import Choice, Column, Digest
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import SETTLEMENT, days_of, period_text
from loyalty.settlement.admin.cycle_actions import (
    ApproveClose,
    MoveEnd,
    OpenCycle,
    ProposeClose,
    WithdrawClose,
)
from loyalty.settlement.models import Cycle


@admin.register(Cycle)
class CycleAdmin(ReadOnlyAdmin):
    """For operators: its sums are everybody's."""

    menu = Menu(SETTLEMENT, "event_repeat", 10)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("开始第一个结算周期：期间内各商户之间的积分往来按期结清。")
    ordering = ["-number"]
    sortable_by = ()
    period = Column(gettext_lazy("期号"), period_text)
    days = Column(gettext_lazy("结算期间"), days_of)
    state_label = Choice(
        gettext_lazy("状态"), "state", {"进行中": "info", "待复核": "warning", "已结账": "success"}
    )
    digest = Digest(gettext_lazy("摘要"), "hash")
    list_display = ["period", "days", "state_label", "proposed_by", "approved_by", "approved_at"]
    list_filter = ["state"]
    list_select_related = ["proposed_by", "approved_by"]
    fields = [
        "period",
        "public_id",
        "days",
        "state_label",
        "end_moved_by",
        "proposed_by",
        "proposed_at",
        "approved_by",
        "approved_at",
        "digest",
    ]
    add_action = OpenCycle()
    row_actions = (ProposeClose(), ApproveClose(), WithdrawClose(), MoveEnd())

    def name_of(self, row: Cycle) -> str:
        return period_text(row)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        if row.state == Cycle.State.CLOSED:
            yield parts.statements(request, Q(cycle=row))
            yield from parts.lines(request, Q(cycle=row), title=_("金额最大的清分明细"), top=50)
            yield from parts.charges(request, Q(cycle=row), top=50)
        yield from parts.credit_notes(request, Q(cycle=row), title=_("本期结算的贷项通知"))
        yield from parts.credit_notes(request, Q(corrects=row), title=_("更正本期的贷项通知"))
