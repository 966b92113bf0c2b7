"""What the settlement workspace's screens share: texts, sums, forms, and permissions."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import ActionForm, MenuGroup, name_verbs
from district.kernel.backoffice.columns import Column
from district.merchants.scope import MerchantScopedAdmin, viewer
from loyalty.settlement.models import Cycle

SETTLEMENT = MenuGroup(gettext_lazy("结算"), order=35)
SHOWN = 200

name_verbs(
    open_cycle=gettext_lazy("开始结算周期"),
    move_cycle_end=gettext_lazy("调整周期结束日"),
    propose_close=gettext_lazy("提出结账"),
    approve_close=gettext_lazy("复核结账"),
    withdraw_close=gettext_lazy("撤回结账"),
    record_payment=gettext_lazy("登记付款"),
    reverse_payment=gettext_lazy("冲正付款"),
    open_dispute=gettext_lazy("提出争议"),
    withdraw_dispute=gettext_lazy("撤回争议"),
    uphold_dispute=gettext_lazy("争议成立"),
    reject_dispute=gettext_lazy("驳回争议"),
    propose_credit_note=gettext_lazy("提出贷项通知"),
    approve_credit_note=gettext_lazy("通过贷项通知"),
    reject_credit_note=gettext_lazy("拒绝贷项通知"),
    seal_days=gettext_lazy("封存流水"),
)


class SettlementAdmin(MerchantScopedAdmin):
    """A table of the settlement; a merchant's is for those who may see its clearing as a whole."""

    required_permission = "view_clearing"
    ordering = ["-pk"]
    sortable_by = ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A statement is of all stores: whoever is limited to some of them is not meant.
        return super().has_view_permission(request, obj) and not viewer(request).is_store_limited


class SettlementReasonForm(ActionForm):
    """Why, in words that the other side will read."""

    words = forms.CharField(
        label=gettext_lazy("说明"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


def debt_tone(fen: int) -> str:
    """A sum is coloured when it is somebody's debt."""
    return "bad" if fen < 0 else ""


def days_of(cycle: Cycle) -> str:
    """The first and the last day; a cycle ends where the day after begins."""
    last = clock.business_day(cycle.ends_at) - timedelta(days=1)
    return f"{clock.business_day(cycle.starts_at):%Y-%m-%d} – {last:%Y-%m-%d}"


def period_text(cycle: Cycle) -> str:
    return _("第 %(number)s 期") % {"number": cycle.number}


class CycleColumns:
    """Rows that belong to a cycle say which one."""

    period = Column(gettext_lazy("期号"), lambda row: period_text(row.cycle))
    days = Column(gettext_lazy("结算期间"), lambda row: days_of(row.cycle))
