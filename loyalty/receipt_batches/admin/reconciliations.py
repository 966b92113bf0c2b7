"""Day-end reconciliations: what a till counted beside what we had, read only."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Cell, DayRangeFilter, Menu, Section
from district.kernel.backoffice.columns import Actor, Choice, Column, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.text.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter
from loyalty.admin.common import POINTS
from loyalty.receipt_batches.models import Difference, Reconciliation

SHOWN = 200
TONES = {"一致": "success", "有差异": "danger"}


class AgreementFilter(admin.SimpleListFilter):
    """Days that agree, and days that do not, in words instead of yes and no."""

    title = gettext_lazy("结果")
    parameter_name = "agrees"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", _("一致")), ("0", _("有差异"))]

    def queryset(self, request: HttpRequest, rows: Any) -> Any:
        return rows if self.value() is None else rows.filter(agrees=self.value() == "1")


@admin.register(Reconciliation)
class ReconciliationAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(POINTS, "balance", 28)
    store_path, required_permission = "store", "view_receipts"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("收银系统日终上报合计之后，会在这里与系统数据比对。")
    ordering = ["-pk"]
    sortable_by = ()
    number = Column(gettext_lazy("对账编号"), "public_id")
    result = Column(
        gettext_lazy("结果"), lambda row: _("一致") if row.agrees else _("有差异"), tones=TONES
    )
    actor_name = Actor(gettext_lazy("操作者"), "actor")
    list_display = ["number", "day", "store", "merchant", "result", "differences", "at"]
    list_filter = [
        AgreementFilter,
        ("merchant", ScopedFilter),
        ("store", ScopedFilter),
        ("day", DayRangeFilter),
    ]
    list_select_related = ["merchant", "store"]
    exact_fields = ("public_id",)
    search_help_text = gettext_lazy("完整的对账编号")
    fields = ["number", "day", "store", "merchant", "result", "actor_name", "at"]

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield _totals(row)
        yield _differences(row)


def _totals(row: Reconciliation) -> Section:
    def line(title: str, theirs: Any, ours: Any) -> tuple[Any, ...]:
        tone = "" if theirs == ours else "bad"
        return (title, Cell(theirs, tone=tone), Cell(ours, tone=tone))

    return Section(
        title=_("合计"),
        headers=[_("项目"), _("收银"), _("系统")],
        rows=[
            line(_("小票数"), f"{row.their_receipts:,}", f"{row.our_receipts:,}"),
            line(_("实付"), format_yuan(row.their_paid_fen), format_yuan(row.our_paid_fen)),
            line(_("退货数"), f"{row.their_refunds:,}", f"{row.our_refunds:,}"),
            line(_("退款"), format_yuan(row.their_refunded_fen), format_yuan(row.our_refunded_fen)),
            line(_("抵扣数"), f"{row.their_spendings:,}", f"{row.our_spendings:,}"),
            line(_("抵扣积分"), f"{row.their_spent_points:,}", f"{row.our_spent_points:,}"),
        ],
        empty="",
    )


def _differences(row: Reconciliation) -> Section:
    differences = list(Difference.objects.filter(reconciliation=row).order_by("kind", "pk")[:SHOWN])
    more = row.differences is not None and row.differences > len(differences)
    return table(
        _("差异"),
        [
            Choice(_("类型"), "kind"),
            Choice(_("差异"), "what"),
            Column(_("单号"), "number"),
            Column(_("收银"), lambda difference: _amount(difference, difference.theirs)),
            Column(_("系统"), lambda difference: _amount(difference, difference.ours)),
        ],
        differences,
        empty=_("收银没有上报明细，只比对合计。") if row.differences is None else _("没有差异。"),
        note=_("共 %(all)d 项，列出前 %(shown)d 项。")
        % {"all": row.differences, "shown": len(differences)}
        if more
        else "",
    )


def _amount(difference: Difference, amount: int | None) -> str:
    if amount is None:
        return "—"
    points = difference.kind == Difference.Kind.SPENDING
    return f"{amount:,}" if points else format_yuan(amount)
