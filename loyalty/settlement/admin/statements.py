"""Statements: one figure per merchant and cycle, all it is made of, and papers to take away."""

import json
from collections.abc import Iterable
from functools import partial, update_wrapper
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import Cell, Menu, Section
from district.kernel.backoffice.columns import Digest, Money
from district.kernel.text.money import format_yuan
from district.kernel.text.sheets import csv_answer, xlsx_answer
from district.merchants.scope import ScopedFilter
from loyalty.settlement import documents
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import SETTLEMENT, CycleColumns, SettlementAdmin, period_text
from loyalty.settlement.admin.payment_actions import RecordPayment
from loyalty.settlement.models import Statement
from loyalty.settlement.queries import sealed_from, statement_with_proofs

# The page prints as it stands: its own style sheet, and nothing from anywhere.
_DOCUMENT_CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@admin.register(Statement)
class StatementAdmin(CycleColumns, SettlementAdmin):
    menu = Menu(SETTLEMENT, "request_quote", 20)
    operator_only = frozenset({"merchant", "fees_kept_sum"})
    empty_hint = gettext_lazy("结算周期结账之后，每家商户有一张结算单。")
    receivable_sum = Money(gettext_lazy("应收"), "receivable")
    payable_sum = Money(gettext_lazy("应付"), "payable")
    fees_sum = Money(gettext_lazy("手续费"), "fees")
    fees_kept_sum = Money(gettext_lazy("手续费收入"), "fees_kept")
    credits_sum = Money(gettext_lazy("贷项"), "credits")
    charges_sum = Money(gettext_lazy("其他款项"), "charges")
    net_sum = Money(gettext_lazy("净额"), "net")
    prefunded_sum = Money(gettext_lazy("预存支付"), "prefunded")
    paid_sum = Money(gettext_lazy("已付"), "paid")
    digest = Digest(gettext_lazy("摘要"), "hash")
    list_display = [
        "period",
        "merchant",
        "receivable_sum",
        "payable_sum",
        "net_sum",
        "due_sum",
        "paid_sum",
    ]
    list_filter = ["cycle", ("merchant", ScopedFilter)]
    list_select_related = ["merchant", "cycle"]
    fields = [
        "period",
        "public_id",
        "days",
        "merchant",
        "receivable_sum",
        "payable_sum",
        "fees_sum",
        "fees_kept_sum",
        "credits_sum",
        "charges_sum",
        "net_sum",
        "prefunded_sum",
        "due_sum",
        "paid_sum",
        "expired_points",
        "digest",
    ]
    row_actions = (RecordPayment(),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = parts.with_paid(super().get_queryset(request))
        return rows

    def name_of(self, row: Statement) -> str:
        return f"{row.merchant} {period_text(row.cycle)}"

    def get_urls(self) -> list[URLPattern]:
        def to(view: Any) -> Any:
            return update_wrapper(self.admin_site.admin_view(view), view.func)

        own = [
            path(
                f"<int:object_id>/{name}/",
                to(partial(self._download, paper=paper)),
                name=f"settlement_statement_{name}",
            )
            for name, paper in _DOWNLOADS.items()
        ]
        return own + super().get_urls()

    def _download(self, request: HttpRequest, object_id: int, *, paper: Any) -> HttpResponseBase:
        """A paper of a statement the person may open; anything else is not there."""
        answer: HttpResponseBase = paper(self._row(request, str(object_id)))
        return answer

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        own = Q(cycle=row.cycle_id) & (Q(issuer=row.merchant_id) | Q(redeemer=row.merchant_id))
        yield _downloads(row)
        yield from parts.lines(request, own, title=_("清分明细"))
        party = Q(payer=row.merchant_id) | Q(payee=row.merchant_id)
        yield from parts.charges(request, party & Q(cycle=row.cycle_id))
        yield from parts.credit_notes(request, party & Q(cycle=row.cycle_id), title=_("贷项通知"))
        yield parts.payments(request, Q(statement=row))
        in_lines = Q(line__cycle=row.cycle_id, merchant=row.merchant_id)
        yield from parts.disputes(request, in_lines)

    @admin.display(description=gettext_lazy("应结"))
    def due_sum(self, row: Statement) -> str:
        if row.due == 0:
            return _("无需付款")
        text = _("付给商户 %(sum)s") if row.due > 0 else _("商户支付 %(sum)s")
        return text % {"sum": format_yuan(abs(row.due))}


def _csv(row: Statement) -> HttpResponseBase:
    return csv_answer(row.public_id, documents.statement_tables(row))


def _xlsx(row: Statement) -> HttpResponseBase:
    return xlsx_answer(row.public_id, documents.statement_tables(row))


def _page(row: Statement) -> HttpResponseBase:
    answer = HttpResponse(documents.statement_page(row))
    answer["Content-Security-Policy"] = _DOCUMENT_CSP
    return answer


def _proofs(row: Statement) -> HttpResponseBase:
    text = json.dumps(statement_with_proofs(row), ensure_ascii=False, indent=1)
    return _named(HttpResponse(text, content_type="application/json"), row, "json")


def _named(answer: HttpResponseBase, row: Statement, kind: str) -> HttpResponseBase:
    answer["Content-Disposition"] = f'attachment; filename="{row.public_id}.{kind}"'
    return answer


_DOWNLOADS = {"csv": _csv, "xlsx": _xlsx, "print": _page, "proofs": _proofs}


def _downloads(row: Statement) -> Section:
    def to(name: str, text: str) -> Cell:
        return Cell(text, reverse(f"admin:settlement_statement_{name}", args=[row.pk]))

    return Section(
        title=_("下载与核对"),
        headers=[_("表格"), _("工作簿"), _("打印"), _("可验证的数据")],
        rows=[
            [
                to("csv", _("下载表格文件")),
                to("xlsx", _("下载工作簿")),
                to("print", _("打开打印页")),
                to("proofs", _("下载数据与证明")),
            ]
        ],
        empty="",
        note=_proofs_note(row),
    )


def _proofs_note(row: Statement) -> str:
    note = _("数据与证明可用公开的核对脚本自行验证，不依赖本系统。")
    ready = sealed_from(row)
    if ready is None:
        return note
    waiting = _(
        "流水每晚封存：%(when)s 之前下载的数据可能有部分流水尚无证明，核对脚本会提示“尚未封存”；"
        "届时请重新下载。"
    )
    return note + waiting % {"when": f"{ready.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"}
