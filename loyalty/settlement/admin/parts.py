"""Sections of the settlement workspace's pages, each of rows within the person's scope."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Abs, Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel.backoffice import Section, visible_rows
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, Number, table
from loyalty.settlement import sources
from loyalty.settlement.admin.common import SHOWN, debt_tone, period_text
from loyalty.settlement.models import Charge, CreditNote, Dispute, Line, Statement, StatementPayment

DISPUTE_TONES = {"open": "warn", "upheld": "good", "rejected": "quiet", "withdrawn": "quiet"}
NOTE_TONES = {"proposed": "warn", "approved": "good", "rejected": "quiet"}


def with_paid(rows: Any) -> Any:
    """Statements with what was really paid of them."""
    return rows.annotate(paid=Coalesce(Sum("payments__fen"), 0))


def statements(request: HttpRequest, which: Q) -> Section:
    rows = with_paid(visible_rows(request, Statement).filter(which))
    rows = rows.select_related("merchant", "cycle").order_by("due", "pk")
    columns = [
        Link(_("结算单"), lambda row: period_text(row.cycle)),
        Column(_("商户"), "merchant"),
        Money(_("应收"), "receivable"),
        Money(_("应付"), "payable"),
        Money(_("净额"), "net", tone=lambda row: debt_tone(row.net)),
        Money(_("应结"), "due", tone=lambda row: debt_tone(row.due)),
        # Green when all is paid.
        Money(_("已付"), "paid", tone=lambda row: "good" if row.paid == abs(row.due) else "warn"),
    ]
    return table(_("结算单"), columns, rows[:SHOWN], empty=_("没有结算单。"))


def lines(request: HttpRequest, which: Q, *, title: str, top: int = SHOWN) -> Iterator[Section]:
    rows = visible_rows(request, Line).filter(which).select_related("issuer", "redeemer")
    columns = [
        Link(_("明细"), "pk"),
        Column(_("发放商户（付）"), "issuer__name"),
        Column(_("收取商户（收）"), "redeemer__name"),
        Number(_("积分"), "points"),
        Money(_("金额"), "fen"),
    ]
    found = rows.order_by(Abs("fen").desc(), "pk")[:top]
    yield table(title, columns, found, empty=_("没有与其他商户的往来。"))


def charges(request: HttpRequest, which: Q, *, top: int = SHOWN) -> Iterator[Section]:
    rows = visible_rows(request, Charge).filter(which).select_related("payer", "payee")
    columns = [
        Link(_("款项"), "pk"),
        Column(_("来源"), lambda row: sources.source_name(row.source)),
        Column(_("付方"), "payer__name"),
        Column(_("收方"), "payee__name"),
        Number(_("笔数"), "bookings"),
        Money(_("金额"), "fen"),
    ]
    found = list(rows.order_by(Abs("fen").desc(), "pk")[:top])
    if found:
        yield table(_("其他款项"), columns, found)


def payments(request: HttpRequest, which: Q) -> Section:
    rows = visible_rows(request, StatementPayment).filter(which).order_by("statement", "nth")
    columns = [
        Link(_("编号"), str),
        Choice(_("方向"), "direction"),
        Money(_("金额"), "fen", tone=lambda row: debt_tone(row.fen)),
        Column(_("凭证号"), "reference"),
        Moment(_("付款时间"), "paid_at"),
        Column(_("说明"), "note"),
    ]
    return table(_("付款"), columns, rows[:SHOWN], empty=_("还没有登记付款。"))


def disputes(request: HttpRequest, which: Q) -> Iterator[Section]:
    rows = visible_rows(request, Dispute).filter(which).select_related("merchant").order_by("-pk")
    columns = [
        Link(_("编号"), str),
        Column(_("提出商户"), "merchant"),
        Choice(_("状态"), "state", tone=lambda row: DISPUTE_TONES[row.state]),
        Column(_("理由"), "reason"),
        Moment(_("提出时间"), "opened_at"),
    ]
    if found := list(rows[:SHOWN]):
        yield table(_("争议"), columns, found)


def credit_notes(request: HttpRequest, which: Q, *, title: str) -> Iterator[Section]:
    rows = visible_rows(request, CreditNote).filter(which).select_related("payer", "payee")
    columns = [
        Link(_("编号"), str),
        Column(_("付方"), "payer__name"),
        Column(_("收方"), "payee__name"),
        Money(_("金额"), "fen"),
        Choice(_("状态"), "state", tone=lambda row: NOTE_TONES[row.state]),
        Column(_("原因"), "reason"),
    ]
    if found := list(rows.order_by("-pk")[:SHOWN]):
        yield table(title, columns, found)
