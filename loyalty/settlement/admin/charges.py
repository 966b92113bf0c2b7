"""Charges: what one merchant owes another for other things than points, down to each booking."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, Section, format_instant, visible_rows
from district.kernel.backoffice.base import ReadOnlyAdmin
from district.kernel.text.money import format_yuan
from district.merchants.scope import viewer
from loyalty.settlement import sources
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import (
    SETTLEMENT,
    SHOWN,
    CycleColumns,
    SettlementAdmin,
    period_text,
    sum_cell,
)
from loyalty.settlement.models import Charge, Statement
from loyalty.settlement.queries import bookings_of_charge


@admin.register(Charge)
class ChargeAdmin(CycleColumns, SettlementAdmin):
    """Each of the two sees what stands between them."""

    menu = Menu(SETTLEMENT, "sell", 35)
    merchant_path = "payer"
    empty_hint = gettext_lazy("结账之后，优惠券等积分以外的往来按商户和来源各有一行。")
    list_display = ["number", "period", "source_name", "payer", "payee", "money"]
    list_filter = ["cycle"]
    list_select_related = ["cycle", "payer", "payee"]
    fields = [
        "number",
        "period",
        "days",
        "source_name",
        "payer_name",
        "payee_name",
        "bookings",
        "money",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A charge has two sides."""
        who = viewer(request)
        rows: QuerySet[Any] = ReadOnlyAdmin.get_queryset(self, request)
        if who.operator:
            return rows
        if who.post is None:
            return rows.none()
        own = who.post.merchant_id
        return rows.filter(Q(payer=own) | Q(payee=own))

    def name_of(self, row: Charge) -> str:
        return _("%(period)s 其他款项 %(number)s") % {
            "period": period_text(row.cycle),
            "number": row.pk,
        }

    @admin.display(description=gettext_lazy("款项"))
    def number(self, row: Charge) -> str:
        return str(row.pk)

    @admin.display(description=gettext_lazy("来源"))
    def source_name(self, row: Charge) -> str:
        return sources.source_name(row.source)

    @admin.display(description=gettext_lazy("付方"))
    def payer_name(self, row: Charge) -> str:
        return row.payer.name

    @admin.display(description=gettext_lazy("收方"))
    def payee_name(self, row: Charge) -> str:
        return row.payee.name

    @admin.display(description=gettext_lazy("金额"))
    def money(self, row: Charge) -> str:
        return format_yuan(row.fen)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        both = Q(cycle=row.cycle_id, merchant__in=[row.payer_id, row.payee_id])
        own = visible_rows(request, Statement).filter(both).values("pk")
        yield parts.statements(request, Q(pk__in=own))
        yield _bookings(request, row)


def _bookings(request: HttpRequest, charge: Charge) -> Section:
    """The first bookings one by one; all of them stand in the statement's papers."""
    who = viewer(request)
    side = None if who.post is None else who.post.merchant_id
    bookings = list(islice(bookings_of_charge(charge, merchant=side), SHOWN))
    more = charge.bookings - len(bookings)
    return Section(
        title=_("逐笔明细"),
        headers=[_("时间"), _("单号"), _("金额")],
        rows=[
            [format_instant(booking.at), booking.reference, sum_cell(booking.fen)]
            for booking in bookings
        ],
        empty=_("没有往来。"),
        note=_("另有 %(count)s 笔，见结算单的工作簿。") % {"count": f"{more:,}"}
        if more > 0
        else "",
    )
