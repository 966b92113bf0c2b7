"""From any row of the ledger to all it belongs with, and back; a link only where the person may go."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel.backoffice import Cell, Section, link, moment, open_rows, visible
from district.kernel.backoffice.pages import url_of
from district.kernel.money import format_yuan
from loyalty.admin.common import price_text, rate_text, signed
from loyalty.models import Draw, Lot, PointsAccount, Receipt, Restore, Transfer

SHOWN = 200


def of_transfer(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    """The receipt and the lot of an earning, the lots a spending drew on, and its reversal."""
    yield from _person(request, transfer.account)
    if transfer.kind == Transfer.Kind.EARN:
        yield _receipt_of(request, transfer)
        yield from _lots(request, open_rows(request, Lot).filter(pk=transfer.pk))
    if transfer.source == Transfer.Pocket.AVAILABLE:
        yield from _draws(request, transfer.draws.all())
    if transfer.kind == Transfer.Kind.REVERSE_SPEND:
        yield from _restores(request, transfer.restores.all())
    seen = open_rows(request, Transfer)
    related = {
        _("冲正了"): seen.filter(pk=transfer.reverses_id),
        _("被冲正"): seen.filter(reverses=transfer),
    }
    yield Section(
        _("冲正"),
        [_("关系"), _("流水"), _("类型"), _("时间")],
        [
            [
                said,
                Cell(other, url_of(Transfer, other.pk)),
                other.get_kind_display(),
                moment(other.at),
            ]
            for said, others in related.items()
            for other in others
        ],
        _("没有冲正。"),
    )


def of_receipt(request: HttpRequest, receipt: Receipt) -> Iterator[Section]:
    """The earning a receipt brought, and the terms it was reckoned by."""
    yield from _person(request, receipt.account)
    yield _transfer(request, _("赚取流水"), receipt.transfer_id, _("实付金额不足以获得积分。"))
    terms = receipt.terms
    yield Section(
        _("适用条款"),
        [_("条款"), _("积分有效月数")],
        [[link(request, terms, rate_text(terms)), terms.validity_months]],
        _("没有条款。"),
    )


def of_lot(request: HttpRequest, lot: Lot) -> Iterator[Section]:
    """The earning and the receipt a lot comes from, and each draw on it."""
    yield from _person(request, lot.account)
    yield _transfer(request, _("来自流水"), lot.pk)
    yield _receipt_of(request, lot.transfer)
    yield from _draws(request, lot.draws.all(), of_lot=True)


def of_draw(request: HttpRequest, draw: Draw) -> Iterator[Section]:
    """The transfer that drew, the lot it drew on, and what was given back."""
    yield from _person(request, draw.transfer.account)
    yield _transfer(request, _("流水"), draw.transfer_id)
    yield from _lots(request, Lot.objects.filter(pk=draw.lot_id))
    yield from _restores(request, draw.restores.all())


def of_restore(request: HttpRequest, restore: Restore) -> Iterator[Section]:
    """The reversal that gave back, and the draw it undid."""
    yield _transfer(request, _("冲正流水"), restore.transfer_id)
    yield from _draws(request, Draw.objects.filter(pk=restore.draw_id))


def of_account(request: HttpRequest, account: PointsAccount) -> Iterator[Section]:
    """The live lots, soonest end first, and the statement, a page at a time."""
    yield from _person(request, account)
    live = Lot.objects.filter(account=account, remaining__gt=0).order_by("expires_at", "pk")
    yield from _lots(request, live)
    yield statement(request, account)


def statement(request: HttpRequest, account: PointsAccount, lines: int = 50) -> Section:
    """The member's statement, the newest line first; `?before=` a line's number goes on."""
    rows = Transfer.objects.filter(account=account).select_related("merchant", "store")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:  # noqa: PLR2004 - fits a bigint
        rows = rows.filter(seq__lt=int(before))
    page = list(rows.order_by("-seq")[:lines])
    more = page and page[-1].seq > 1
    here = url_of(PointsAccount, account.pk)
    return Section(
        title=_("积分明细"),
        headers=[_("序号"), _("时间"), _("类型"), _("积分"), _("余额"), _("商户"), _("门店")],
        rows=[
            [
                line.seq,
                moment(line.at),
                Cell(line.get_kind_display(), url_of(Transfer, line.pk)),
                signed(line),
                f"{line.available_after:,}",
                line.merchant or "—",
                line.store or "—",
            ]
            for line in page
        ],
        empty=_("没有更早的明细。") if before else _("还没有积分明细。"),
        more=Cell(_("更早的明细"), f"{here}?before={page[-1].seq}") if more else None,
    )


def _person(request: HttpRequest, account: PointsAccount) -> Iterator[Section]:
    """Where the member and the account are, for those who may open them."""
    member = link(request, account.member, account.member.public_id)
    if member.url:
        balance = link(request, account, f"{account.available:,}")
        yield Section(_("会员"), [_("会员编号"), _("积分账户余额")], [[member, balance]], "")


def _transfer(request: HttpRequest, title: str, pk: int | None, empty: str = "") -> Section:
    return Section(
        title,
        [_("流水"), _("类型"), _("积分"), _("时间")],
        [
            [Cell(row, url_of(Transfer, pk)), row.get_kind_display(), signed(row), moment(row.at)]
            for row in open_rows(request, Transfer).filter(pk=pk)
        ],
        empty or _("不在您的权限之内。"),
    )


def _receipt_of(request: HttpRequest, earning: Transfer) -> Section:
    rows = open_rows(request, Receipt).filter(
        store=earning.store_id, receipt_no=earning.reference, transfer=earning
    )
    return Section(
        _("来源小票"),
        [_("小票号"), _("实付"), _("门店"), _("支付时间")],
        [
            [
                Cell(row.receipt_no, url_of(Receipt, row.pk)),
                format_yuan(row.paid_fen),
                str(row.store),
                moment(row.paid_at),
            ]
            for row in rows.select_related("store")
        ],
        _("没有小票。"),
    )


def _lots(request: HttpRequest, rows: Any) -> Iterable[Section]:
    lots = list(rows.select_related("issuer")[:SHOWN])
    mine = visible(request, Lot, [lot.pk for lot in lots])
    yield Section(
        _("积分批次"),
        [_("批次"), _("发放商户"), _("发放"), _("剩余"), _("单价（分）"), _("失效时间")],
        [_lot_line(lot) if lot.pk in mine else _foreign_lot() for lot in lots],
        _("没有批次。"),
    )


def _lot_line(lot: Lot) -> Sequence[Any]:
    return [
        Cell(lot.pk, url_of(Lot, lot.pk)),
        str(lot.issuer),
        f"{lot.granted:,}",
        f"{lot.remaining:,}",
        price_text(lot.price_milli_fen),
        moment(lot.expires_at),
    ]


def _foreign_lot() -> Sequence[Any]:
    # Where else a member shops is neither this merchant's business nor ours to tell.
    return [Cell(_("其他商户发放的批次"), tone="quiet"), "—", "—", "—", "—", "—"]


def _draws(request: HttpRequest, rows: Any, *, of_lot: bool = False) -> Iterable[Section]:
    """Draws within scope one by one; of a lot also the sum of those that are not."""
    seen = open_rows(request, Draw).filter(pk__in=rows.values("pk"))
    draws = list(seen.select_related("redeemer", "transfer").order_by("pk")[:SHOWN])
    if not draws and not of_lot:
        return
    mine = visible(request, Lot, [draw.lot_id for draw in draws])
    open_to = visible(request, Transfer, [draw.transfer_id for draw in draws])
    note = ""
    if of_lot and (elsewhere := _points(rows) - _points(seen)):
        note = _("另有 %(points)s 积分在其他商户使用。") % {"points": f"{elsewhere:,}"}
    yield Section(
        title=_("批次支取"),
        headers=[_("支取"), _("积分"), _("批次"), _("收取商户"), _("原因"), _("时间")],
        rows=[
            [
                Cell(draw.pk, url_of(Draw, draw.pk)),
                f"{draw.points:,}",
                _lot_cell(draw.lot_id, mine),
                str(draw.redeemer),
                Cell(
                    draw.transfer.get_kind_display(),
                    url_of(Transfer, draw.transfer_id) if draw.transfer_id in open_to else "",
                ),
                moment(draw.transfer.at),
            ]
            for draw in draws
        ],
        empty=_("没有支取。"),
        note=note,
    )


def _points(rows: Any) -> int:
    total: int | None = rows.aggregate(total=Sum("points"))["total"]
    return total or 0


def _lot_cell(pk: int, mine: set[int]) -> Cell:
    return Cell(pk, url_of(Lot, pk)) if pk in mine else Cell(_("其他商户"), tone="quiet")


def _restores(request: HttpRequest, rows: Any) -> Iterable[Section]:
    seen = open_rows(request, Restore).filter(pk__in=rows.values("pk"))
    restores = list(seen.select_related("draw", "transfer").order_by("pk")[:SHOWN])
    if not restores:
        return
    mine = visible(request, Lot, [restore.draw.lot_id for restore in restores])
    yield Section(
        title=_("退回批次"),
        headers=[_("退回"), _("积分"), _("支取"), _("批次"), _("冲正流水")],
        rows=[
            [
                Cell(restore.pk, url_of(Restore, restore.pk)),
                f"{restore.points:,}",
                Cell(restore.draw_id, url_of(Draw, restore.draw_id)),
                _lot_cell(restore.draw.lot_id, mine),
                Cell(str(restore.transfer), url_of(Transfer, restore.transfer_id)),
            ]
            for restore in restores
        ],
        empty=_("没有退回。"),
    )
