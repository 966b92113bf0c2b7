"""Lines: what one merchant owes another in a cycle, down to each movement."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Cell, Menu, Section, visible_rows
from district.kernel.backoffice.columns import Column, Moment, Money, Number, table
from district.kernel.backoffice.sections import url_of
from district.kernel.idempotency import Key
from district.merchants.scope import PostAction, viewer
from loyalty.admin.common import exact_yuan, price_text
from loyalty.models import Lot, Transfer
from loyalty.settlement import services as settlement
from loyalty.settlement.admin import parts
from loyalty.settlement.admin.common import (
    SETTLEMENT,
    SHOWN,
    CycleColumns,
    SettlementAdmin,
    SettlementReasonForm,
    period_text,
)
from loyalty.settlement.models import Line, Statement
from loyalty.settlement.queries import Movement, movements_of_line


class OpenDispute(PostAction):
    """A side of the line says what is wrong with it."""

    name, label, icon = "dispute", gettext_lazy("提出争议"), "gavel"
    explanation = gettext_lazy(
        "写明哪里不对，例如某笔积分没有在本店使用。由运营方处理，结果以贷项通知在下一期更正。"
    )
    success_message = gettext_lazy("争议已提出。")
    form_class = SettlementReasonForm
    required_permission = "view_clearing"

    def run(self, request: HttpRequest, row: Line, cleaned_data: dict[str, Any], key: Key) -> Any:
        who = viewer(request)
        assert who.post is not None, "only somebody with a post may"
        return settlement.open_dispute(
            line=row, merchant=who.post.merchant, reason=cleaned_data["words"], by=who.user, key=key
        )


@admin.register(Line)
class LineAdmin(CycleColumns, SettlementAdmin):
    """Each side sees the line between them, and of its movements its own side only."""

    menu = Menu(SETTLEMENT, "swap_vert", 30)
    merchant_paths = ("issuer", "redeemer")
    empty_hint = gettext_lazy("结账之后，每两家有往来的商户之间有一行明细。")
    number = Column(gettext_lazy("明细"), "pk")
    issuer_name = Column(gettext_lazy("发放商户（付）"), "issuer__name")
    redeemer_name = Column(gettext_lazy("收取商户（收）"), "redeemer__name")
    money = Money(gettext_lazy("金额"), "fen")
    exact = Column(gettext_lazy("精确金额"), lambda row: exact_yuan(row.milli_fen))
    carried_in = Column(gettext_lazy("上期零头"), lambda row: exact_yuan(row.carry_in))
    carried_out = Column(gettext_lazy("本期零头"), lambda row: exact_yuan(row.carry_out))
    from_prefund = Money(gettext_lazy("其中预存支付"), "prefunded_fen")
    list_display = ["number", "period", "issuer", "redeemer", "points", "money"]
    list_filter = ["cycle"]
    list_select_related = ["cycle", "issuer", "redeemer"]
    fields = [
        "number",
        "period",
        "days",
        "issuer_name",
        "redeemer_name",
        "movements",
        "points",
        "exact",
        "carried_in",
        "money",
        "carried_out",
        "from_prefund",
    ]
    row_actions = (OpenDispute(),)

    def name_of(self, row: Line) -> str:
        return _("%(period)s 明细 %(number)s") % {
            "period": period_text(row.cycle),
            "number": row.pk,
        }

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        both = Q(cycle=row.cycle_id, merchant__in=[row.issuer_id, row.redeemer_id])
        own = visible_rows(request, Statement).filter(both).values("pk")
        yield parts.statements(request, Q(pk__in=own))
        yield _movements(request, row)
        yield from parts.disputes(request, Q(line=row))


def _movements(request: HttpRequest, line: Line) -> Section:
    """The first movements one by one; all of them stand in the statement's papers."""
    who = viewer(request)
    side = None if who.post is None else who.post.merchant_id
    movements = list(islice(movements_of_line(line, merchant=side), SHOWN))
    transfers = _known(
        visible_rows(request, Transfer), "public_id", [movement.transfer for movement in movements]
    )
    lots = _known(
        visible_rows(request, Lot), "transfer__public_id", [movement.lot for movement in movements]
    )
    more = line.movements - len(movements)

    def kind(movement: Movement) -> Cell:
        pk = transfers.get(movement.transfer)
        url = "" if pk is None else url_of(Transfer, pk)
        return Cell(str(Transfer.Kind(movement.kind).label), url)

    def lot(movement: Movement) -> Cell:
        pk = lots.get(movement.lot)
        return Cell("—") if pk is None else Cell(pk, url_of(Lot, pk))

    return table(
        _("逐笔明细"),
        [
            Moment(_("时间"), "at"),
            Column(_("类型"), kind),
            Column(_("会员编号"), "member"),
            Number(_("积分"), "points"),
            Column(_("单价（分）"), lambda movement: price_text(movement.price_milli_fen)),
            Column(_("金额"), lambda movement: exact_yuan(movement.milli_fen)),
            Column(_("批次"), lot),
            Column(_("小票号"), "receipt_no"),
            Column(_("请求号"), "reference"),
        ],
        movements,
        empty=_("没有往来。"),
        note=_("另有 %(count)s 笔，见结算单的工作簿。") % {"count": f"{more:,}"}
        if more > 0
        else "",
    )


def _known(rows: QuerySet[Any], name: str, wanted: list[str]) -> dict[str, int]:
    return dict(rows.filter(**{f"{name}__in": set(wanted)}).values_list(name, "pk"))
