"""Lots, what was drawn from them and given back."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel.backoffice import Cell, Section, format_instant, visible, visible_rows
from district.kernel.backoffice.columns import Column, Link, Moment, Number, table
from district.kernel.backoffice.sections import url_of
from loyalty.admin.common import price_text
from loyalty.admin.explorer import parts
from loyalty.models import Draw, Hold, HoldPart, Lot, Restore, Transfer


def lot_sections(request: HttpRequest, lot: Lot) -> Iterator[Section]:
    """What a lot comes from, what goes on with its points, who holds of it and each draw on it."""
    yield from parts.person(request, lot.account)
    yield parts.transfer(request, _("来自流水"), lot.pk)
    earned = Q(transfer=lot.origin_id or lot.pk)
    if lot.origin_id:
        yield from lots(request, Lot.objects.filter(pk=lot.origin_id), title=_("原批次"))
    if lot.origin_id or lot.transfer.kind == Transfer.Kind.EARN:
        yield parts.receipts(request, _("来源小票"), earned)
    later = Lot.objects.filter(origin=lot).order_by("pk")
    yield from lots(request, later, title=_("后续批次"), always=False)
    yield from hold_parts(request, HoldPart.objects.filter(lot=lot, hold__state=Hold.State.OPEN))
    yield from draws(request, lot.draws.all(), lot_sections=True)


def draw_sections(request: HttpRequest, draw: Draw) -> Iterator[Section]:
    """The transfer that drew, the lot it drew on, and what was given back."""
    yield from parts.person(request, draw.transfer.account)
    yield parts.transfer(request, _("流水"), draw.transfer_id)
    yield from lots(request, Lot.objects.filter(pk=draw.lot_id))
    yield from restores(request, draw.restores.all())


def restore_sections(request: HttpRequest, restore: Restore) -> Iterator[Section]:
    """The reversal that gave back, and the draw it undid."""
    yield parts.transfer(request, _("冲正流水"), restore.transfer_id)
    yield from draws(request, Draw.objects.filter(pk=restore.draw_id))


def lots(
    request: HttpRequest, rows: Any, *, title: str = "", always: bool = True
) -> Iterable[Section]:
    """Lots, those of other merchants without anything that identifies them."""
    found = list(rows.select_related("issuer")[: parts.SHOWN])
    if not found and not always:
        return
    mine = visible(request, Lot, [lot.pk for lot in found])
    yield Section(
        title or _("积分批次"),
        [_("批次"), _("发放商户"), _("发放"), _("剩余"), _("单价（分）"), _("失效时间")],
        [_lot_line(lot) if lot.pk in mine else _foreign_lot() for lot in found],
        _("没有批次。"),
    )


def _lot_line(lot: Lot) -> Sequence[Any]:
    return [
        Cell(lot.pk, url_of(Lot, lot.pk)),
        str(lot.issuer),
        f"{lot.granted:,}",
        Cell(_("%(points)s 待生效") % {"points": f"{lot.remaining:,}"}, tone="warn")
        if lot.pending
        else f"{lot.remaining:,}",
        price_text(lot.price_milli_fen),
        format_instant(lot.expires_at),
    ]


def _foreign_lot() -> Sequence[Any]:
    # Where else a member shops is none of this merchant's business.
    return [Cell(_("其他商户发放的批次"), tone="quiet"), "—", "—", "—", "—", "—"]


def draws(request: HttpRequest, rows: Any, *, lot_sections: bool = False) -> Iterable[Section]:
    """Draws within scope one by one; of a lot also the sum of those that are not."""
    seen = visible_rows(request, Draw).filter(pk__in=rows.values("pk"))
    found = list(seen.select_related("redeemer", "transfer").order_by("pk")[: parts.SHOWN])
    if not found and not lot_sections:
        return
    mine = visible(request, Lot, [draw.lot_id for draw in found])
    open_to = visible(request, Transfer, [draw.transfer_id for draw in found])
    note = ""
    if lot_sections and (elsewhere := _points(rows) - _points(seen)):
        note = _("另有 %(points)s 积分在其他商户使用。") % {"points": f"{elsewhere:,}"}

    def why(draw: Draw) -> Cell:
        kind = draw.transfer.get_kind_display()
        return Cell(kind, url_of(Transfer, draw.transfer_id) if draw.transfer_id in open_to else "")

    columns = [
        Link(_("支取"), "pk"),
        Number(_("积分"), "points"),
        Column(_("批次"), lambda draw: lot_cell(draw.lot_id, mine)),
        Column(_("收取商户"), "redeemer"),
        Column(_("原因"), why),
        Moment(_("时间"), "transfer__at"),
    ]
    yield table(_("批次支取"), columns, found, empty=_("没有支取。"), note=note)


def _points(rows: Any) -> int:
    total: int | None = rows.aggregate(total=Sum("points"))["total"]
    return total or 0


def lot_cell(pk: int, mine: set[int]) -> Cell:
    return Cell(pk, url_of(Lot, pk)) if pk in mine else Cell(_("其他商户"), tone="quiet")


def restores(request: HttpRequest, rows: Any) -> Iterable[Section]:
    seen = visible_rows(request, Restore).filter(pk__in=rows.values("pk"))
    found = list(seen.select_related("draw", "transfer").order_by("pk")[: parts.SHOWN])
    if not found:
        return
    mine = visible(request, Lot, [restore.draw.lot_id for restore in found])
    columns = [
        Link(_("退回"), "pk"),
        Number(_("积分"), "points"),
        Link(_("支取"), "draw_id", to="draw"),
        Column(_("批次"), lambda restore: lot_cell(restore.draw.lot_id, mine)),
        Link(_("冲正流水"), "transfer", to="transfer"),
    ]
    yield table(_("退回批次"), columns, found, empty=_("没有退回。"))


def hold_parts(request: HttpRequest, rows: Any) -> Iterable[Section]:
    """Parts of holds within scope: which lots a hold sets aside, or which holds set a lot aside."""
    found = list(
        rows.filter(hold__in=visible_rows(request, Hold).values("pk"))
        .select_related("hold")
        .order_by("pk")[: parts.SHOWN]
    )
    if not found:
        return
    mine = visible(request, Lot, [part.lot_id for part in found])
    columns = [
        Link(_("预占编号"), "hold", to="hold"),
        Column(_("批次"), lambda part: lot_cell(part.lot_id, mine)),
        Number(_("预占积分"), "points"),
    ]
    yield table(_("预占批次"), columns, found)
