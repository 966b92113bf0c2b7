"""Sections of the settlement workspace's pages, each of rows within the person's scope."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Abs, Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel.backoffice import Cell, Section, format_instant, visible_rows
from district.kernel.backoffice.sections import url_of
from district.kernel.text.money import format_yuan
from loyalty.settlement import sources
from loyalty.settlement.admin.common import SHOWN, period_text, sum_cell
from loyalty.settlement.models import Charge, CreditNote, Dispute, Line, Payment, Statement

DISPUTE_TONES = {"open": "warn", "upheld": "good", "rejected": "quiet", "withdrawn": "quiet"}
NOTE_TONES = {"proposed": "warn", "approved": "good", "rejected": "quiet"}


def with_paid(rows: Any) -> Any:
    """Statements with what was really paid of them."""
    return rows.annotate(paid=Coalesce(Sum("payments__fen"), 0))


def statements(request: HttpRequest, which: Q) -> Section:
    rows = with_paid(visible_rows(request, Statement).filter(which))
    rows = rows.select_related("merchant", "cycle").order_by("due", "pk")
    return Section(
        title=_("结算单"),
        headers=[_("结算单"), _("商户"), _("应收"), _("应付"), _("净额"), _("应结"), _("已付")],
        rows=[
            [
                Cell(period_text(row.cycle), url_of(Statement, row.pk)),
                str(row.merchant),
                format_yuan(row.receivable),
                format_yuan(row.payable),
                sum_cell(row.net),
                sum_cell(row.due),
                paid_cell(row),
            ]
            for row in rows[:SHOWN]
        ],
        empty=_("没有结算单。"),
    )


def paid_cell(row: Any) -> Cell:
    """Green when all is paid."""
    open_fen = abs(row.due) - row.paid
    return Cell(format_yuan(row.paid), tone="good" if open_fen == 0 else "warn")


def lines(request: HttpRequest, which: Q, *, title: str, top: int = SHOWN) -> Iterator[Section]:
    rows = visible_rows(request, Line).filter(which).select_related("issuer", "redeemer")
    found = list(rows.order_by(Abs("fen").desc(), "pk")[:top])
    yield Section(
        title=title,
        headers=[_("明细"), _("发放商户（付）"), _("收取商户（收）"), _("积分"), _("金额")],
        rows=[
            [
                Cell(row.pk, url_of(Line, row.pk)),
                row.issuer.name,
                row.redeemer.name,
                f"{row.points:,}",
                format_yuan(row.fen),
            ]
            for row in found
        ],
        empty=_("没有与其他商户的往来。"),
    )


def charges(request: HttpRequest, which: Q, *, top: int = SHOWN) -> Iterator[Section]:
    rows = visible_rows(request, Charge).filter(which).select_related("payer", "payee")
    found = [
        [
            Cell(row.pk, url_of(Charge, row.pk)),
            sources.source_name(row.source),
            row.payer.name,
            row.payee.name,
            f"{row.bookings:,}",
            format_yuan(row.fen),
        ]
        for row in rows.order_by(Abs("fen").desc(), "pk")[:top]
    ]
    if found:
        headers = [_("款项"), _("来源"), _("付方"), _("收方"), _("笔数"), _("金额")]
        yield Section(_("其他款项"), headers, found, "")


def payments(request: HttpRequest, which: Q) -> Section:
    rows = visible_rows(request, Payment).filter(which).order_by("statement", "nth")
    return Section(
        title=_("付款"),
        headers=[_("编号"), _("方向"), _("金额"), _("凭证号"), _("付款时间"), _("说明")],
        rows=[
            [
                Cell(row, url_of(Payment, row.pk)),
                row.get_direction_display(),
                sum_cell(row.fen),
                row.reference,
                format_instant(row.paid_at),
                row.note or "—",
            ]
            for row in rows[:SHOWN]
        ],
        empty=_("还没有登记付款。"),
    )


def disputes(request: HttpRequest, which: Q) -> Iterator[Section]:
    rows = visible_rows(request, Dispute).filter(which).select_related("merchant").order_by("-pk")
    found = [
        [
            Cell(row, url_of(Dispute, row.pk)),
            str(row.merchant),
            Cell(row.get_state_display(), tone=DISPUTE_TONES[row.state]),
            row.reason,
            format_instant(row.opened_at),
        ]
        for row in rows[:SHOWN]
    ]
    if found:
        headers = [_("编号"), _("提出商户"), _("状态"), _("理由"), _("提出时间")]
        yield Section(_("争议"), headers, found, "")


def credit_notes(request: HttpRequest, which: Q, *, title: str) -> Iterator[Section]:
    rows = visible_rows(request, CreditNote).filter(which).select_related("payer", "payee")
    found = [
        [
            Cell(row, url_of(CreditNote, row.pk)),
            row.payer.name,
            row.payee.name,
            format_yuan(row.fen),
            Cell(row.get_state_display(), tone=NOTE_TONES[row.state]),
            row.reason,
        ]
        for row in rows.order_by("-pk")[:SHOWN]
    ]
    if found:
        headers = [_("编号"), _("付方"), _("收方"), _("金额"), _("状态"), _("原因")]
        yield Section(title, headers, found, "")
