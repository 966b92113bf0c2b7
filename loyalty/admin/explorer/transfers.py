"""A line of the ledger: why it was posted, what it drew on, and what followed from it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

from django.db.models import Q, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import Section, visible_rows
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Number, table
from loyalty.admin.explorer import parts
from loyalty.admin.explorer.lots import draws, lots, restores
from loyalty.models import Adjustment, Lot, PointsAccount, Transfer

Kind = Transfer.Kind
Part = Callable[[HttpRequest, Transfer], Iterable[Section]]


def transfer_sections(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    """The cause of a line and the lots it made or drew on, what repaid a debt then, and reversals."""
    yield from parts.person(request, transfer.account)
    for part in _CAUSES.get(Kind(transfer.kind), ()):
        yield from part(request, transfer)
    if transfer.source in {
        Transfer.Pocket.AVAILABLE,
        Transfer.Pocket.PENDING,
        Transfer.Pocket.HELD,
    }:
        yield from draws(request, transfer.draws.all())
    if transfer.target == Transfer.Pocket.AVAILABLE:
        yield from _followed_by_repayment(request, transfer)
        yield from restores(request, transfer.restores.all())
    yield from _relations(request, transfer)


def _receipt(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    yield parts.receipts(
        request,
        _("来源小票"),
        Q(store=transfer.store_id, receipt_no=transfer.reference, transfer=transfer),
    )


def _own_lot(request: HttpRequest, transfer: Transfer) -> Iterable[Section]:
    born = visible_rows(request, Lot).filter(pk=transfer.pk)
    yield from lots(request, born, always=transfer.kind == Kind.EARN)
    origin = Lot.objects.filter(pk__in=born.values("origin"))
    yield from lots(request, origin, title=_("原批次"), always=False)


def _activated(request: HttpRequest, transfer: Transfer) -> Iterable[Section]:
    began = Q(account=transfer.account_id, active_from=transfer.at, pk__lt=transfer.pk)
    yield from lots(request, Lot.objects.filter(began).order_by("pk"), title=_("生效批次"))


def _hold(request: HttpRequest, transfer: Transfer) -> Iterable[Section]:
    return parts.holds(request, Q(merchant=transfer.merchant_id, request_no=transfer.reference))


def _refund(request: HttpRequest, transfer: Transfer) -> Iterable[Section]:
    # Every line of a refund carries its store and number, which are unique together.
    return parts.refunds(request, Q(store=transfer.store_id, refund_no=transfer.reference))


def _debt(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    yield from parts.debts(request, Q(transfer=transfer))
    yield from parts.repayments(request, [transfer.pk])


def _repaid_debt(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    """The debt, and the line that brought the points: not the own repayment, but what came before."""
    yield from parts.debts(request, Q(transfer=transfer.reverses_id))
    before = Transfer.objects.filter(account=transfer.account_id, seq__lt=transfer.seq)
    source = before.exclude(kind=Kind.REPAY).order_by("-seq").values("pk")[:1]
    yield from parts.transfers(request, _("抵还自"), Q(pk=Subquery(source)))


def _followed_by_repayment(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    """Repayments stand directly behind what brought the points."""
    after = Transfer.objects.filter(account=transfer.account_id, seq__gt=transfer.seq)
    lines = after.order_by("seq").values_list("pk", "kind")[: parts.SHOWN]
    repaid = [pk for pk, _kind in takewhile(lambda line: line[1] == Kind.REPAY, lines)]
    if repaid:
        yield from parts.transfers(request, _("随后抵还"), Q(pk__in=repaid))


def _adjustment(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    columns = [
        Link(_("编号"), "public_id"),
        Column(_("积分"), lambda row: f"{row.points:+,}"),
        Choice(_("状态"), "state"),
        Column(_("原因"), "reason"),
    ]
    if rows := list(visible_rows(request, Adjustment).filter(transfer=transfer)):
        yield table(_("人工调整"), columns, rows)


def _merge(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    account: PointsAccount = transfer.account
    if transfer.kind == Kind.MERGE_OUT:
        yield from parts.accounts(request, _("并入账户"), Q(pk=account.merged_into_id))
    else:
        yield from parts.accounts(request, _("由其并入的账户"), Q(merged_into=account))


_CAUSES: dict[Transfer.Kind, tuple[Part, ...]] = {
    Kind.EARN: (_receipt, _own_lot),
    Kind.ACTIVATE: (_activated,),
    Kind.HOLD: (_hold,),
    Kind.CAPTURE: (_hold,),
    Kind.RELEASE: (_hold,),
    Kind.GRACE: (_hold, _own_lot),
    Kind.CLAWBACK: (_refund,),
    Kind.OWE: (_refund, _debt),
    Kind.REVERSE_EARN: (_refund, _debt),
    Kind.REPAY: (_repaid_debt,),
    Kind.ADJUST_UP: (_adjustment, _own_lot),
    Kind.ADJUST_DOWN: (_adjustment,),
    Kind.MERGE_IN: (_merge, _own_lot, _debt),
    Kind.MERGE_OUT: (_merge,),
}
_PLAIN = (gettext_lazy("冲正了"), gettext_lazy("被冲正"))
_UNDOING = {
    Kind.REPAY: (gettext_lazy("抵还了"), gettext_lazy("被抵还")),
    Kind.MERGE_OUT: (gettext_lazy("转出了"), gettext_lazy("被转出")),
}


def _relations(request: HttpRequest, transfer: Transfer) -> Iterator[Section]:
    """What the line undoes, and what undid it; repayments of a debt stand with the debt."""
    seen = visible_rows(request, Transfer)
    undone = list(seen.filter(pk=transfer.reverses_id)) if transfer.reverses_id else []
    undoing = seen.filter(reverses=transfer).exclude(kind=Kind.REPAY).order_by("pk")
    relations = {other: _UNDOING.get(Kind(transfer.kind), _PLAIN)[0] for other in undone}
    for other in undoing[: parts.SHOWN]:
        relations[other] = _UNDOING.get(Kind(other.kind), _PLAIN)[1]
    columns = [
        Column(_("关系"), relations.__getitem__),
        Link(_("流水"), str),
        Choice(_("类型"), "kind"),
        Number(_("积分"), "points"),
        Moment(_("时间"), "at"),
    ]
    yield table(_("冲正"), columns, relations, empty=_("没有冲正。"))
