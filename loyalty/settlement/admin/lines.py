"""Lines: what one merchant owes another in a cycle, down to each movement."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Action, Cell, Menu, Section, format_instant, visible_rows
from district.kernel.backoffice.base import ReadOnlyAdmin
from district.kernel.backoffice.sections import url_of
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.scope import viewer
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


class OpenDispute(Action):
    """A side of the line says what is wrong with it."""

    name, label, icon = "dispute", gettext_lazy("提出争议"), "gavel"
    explanation = gettext_lazy(
        "写明哪里不对，例如某笔积分没有在本店使用。由运营方处理，结果以贷项通知在下一期更正。"
    )
    success_message = gettext_lazy("争议已提出。")
    form_class = SettlementReasonForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        who = viewer(request)
        return who.post is not None and who.can("view_clearing")

    def is_applicable(self, row: Line) -> bool:
        return True

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
    merchant_path = "issuer"
    empty_hint = gettext_lazy("结账之后，每两家有往来的商户之间有一行明细。")
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A line has two sides."""
        who = viewer(request)
        rows: QuerySet[Any] = ReadOnlyAdmin.get_queryset(self, request)
        if who.operator:
            return rows
        if who.post is None:
            return rows.none()
        own = who.post.merchant_id
        return rows.filter(Q(issuer=own) | Q(redeemer=own))

    def name_of(self, row: Line) -> str:
        return _("%(period)s 明细 %(number)s") % {
            "period": period_text(row.cycle),
            "number": row.pk,
        }

    @admin.display(description=gettext_lazy("明细"))
    def number(self, row: Line) -> str:
        return str(row.pk)

    @admin.display(description=gettext_lazy("发放商户（付）"))
    def issuer_name(self, row: Line) -> str:
        return row.issuer.name

    @admin.display(description=gettext_lazy("收取商户（收）"))
    def redeemer_name(self, row: Line) -> str:
        return row.redeemer.name

    @admin.display(description=gettext_lazy("金额"))
    def money(self, row: Line) -> str:
        return format_yuan(row.fen)

    @admin.display(description=gettext_lazy("精确金额"))
    def exact(self, row: Line) -> str:
        return exact_yuan(row.milli_fen)

    @admin.display(description=gettext_lazy("上期零头"))
    def carried_in(self, row: Line) -> str:
        return exact_yuan(row.carry_in)

    @admin.display(description=gettext_lazy("本期零头"))
    def carried_out(self, row: Line) -> str:
        return exact_yuan(row.carry_out)

    @admin.display(description=gettext_lazy("其中预存支付"))
    def from_prefund(self, row: Line) -> str:
        return format_yuan(row.prefunded_fen)

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
    return Section(
        title=_("逐笔明细"),
        headers=[
            _("时间"),
            _("类型"),
            _("会员编号"),
            _("积分"),
            _("单价（分）"),
            _("金额"),
            _("批次"),
            _("小票号"),
            _("请求号"),
        ],
        rows=[_movement(movement, transfers, lots) for movement in movements],
        empty=_("没有往来。"),
        note=_("另有 %(count)s 笔，见结算单的工作簿。") % {"count": f"{more:,}"}
        if more > 0
        else "",
    )


def _movement(movement: Movement, transfers: dict[str, int], lots: dict[str, int]) -> list[Any]:
    kind = str(Transfer.Kind(movement.kind).label)
    return [
        format_instant(movement.at),
        Cell(
            kind,
            url_of(Transfer, transfers[movement.transfer])
            if movement.transfer in transfers
            else "",
        ),
        movement.member,
        f"{movement.points:,}",
        price_text(movement.price_milli_fen),
        exact_yuan(movement.milli_fen),
        Cell(lots[movement.lot], url_of(Lot, lots[movement.lot])) if movement.lot in lots else "—",
        movement.receipt_no or "—",
        movement.reference or "—",
    ]


def _known(rows: QuerySet[Any], name: str, wanted: list[str]) -> dict[str, int]:
    return dict(rows.filter(**{f"{name}__in": set(wanted)}).values_list(name, "pk"))
