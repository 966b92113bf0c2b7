"""Charges: what one merchant owes another for other things than points, down to each booking."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Menu, Section, visible_rows
from district.kernel.backoffice.columns import Column, Moment, Money, table
from district.merchants.scope import viewer
from loyalty.settlement import sources
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import (
    SETTLEMENT,
    SHOWN,
    CycleColumns,
    SettlementAdmin,
    debt_tone,
    period_text,
)
from loyalty.settlement.models import Charge, Statement
from loyalty.settlement.queries import bookings_of_charge


@admin.register(Charge)
class ChargeAdmin(CycleColumns, SettlementAdmin):
    """Each of the two sees what stands between them."""

    menu = Menu(SETTLEMENT, "sell", 35)
    merchant_paths = ("payer", "payee")
    empty_hint = gettext_lazy("结账之后，优惠券等积分以外的往来按商户和来源各有一行。")
    number = Column(gettext_lazy("款项"), "pk")
    source_name = Column(gettext_lazy("来源"), lambda row: sources.source_name(row.source))
    payer_name = Column(gettext_lazy("付方"), "payer__name")
    payee_name = Column(gettext_lazy("收方"), "payee__name")
    money = Money(gettext_lazy("金额"), "fen")
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

    def name_of(self, row: Charge) -> str:
        return _("%(period)s 其他款项 %(number)s") % {
            "period": period_text(row.cycle),
            "number": row.pk,
        }

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
    return table(
        _("逐笔明细"),
        [
            Moment(_("时间"), "at"),
            Column(_("单号"), "reference"),
            Money(_("金额"), "fen", tone=lambda booking: debt_tone(booking.fen)),
        ],
        bookings,
        empty=_("没有往来。"),
        note=_("另有 %(count)s 笔，见结算单的工作簿。") % {"count": f"{more:,}"}
        if more > 0
        else "",
    )
