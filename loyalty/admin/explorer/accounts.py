"""A member's account: what is live, held, waiting and owed, and the statement. For operators."""

from collections.abc import Iterator

from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel import clock
from district.kernel.backoffice import Cell, Section
from district.kernel.backoffice.columns import Column, Link, Moment, Number, table
from district.kernel.backoffice.sections import url_of
from loyalty import queries
from loyalty.admin.common import signed_points
from loyalty.admin.explorer import parts
from loyalty.admin.explorer.lots import lots
from loyalty.models import Hold, Lot, PointsAccount, Transfer


def account_sections(request: HttpRequest, account: PointsAccount) -> Iterator[Section]:
    """The live lots, soonest end first, what is held and owed, and the statement page by page."""
    yield from parts.person(request, account)
    yield from _due(account)
    if account.merged_into_id:
        yield from parts.accounts(request, _("已并入账户"), Q(pk=account.merged_into_id))
    yield from parts.accounts(request, _("由其并入的账户"), Q(merged_into=account))
    yield from parts.holds(request, Q(account=account, state=Hold.State.OPEN))
    yield from parts.debts(request, Q(account=account, repaid__lt=F("points")))
    live = Lot.objects.filter(account=account, remaining__gt=0).order_by("expires_at", "pk")
    waiting, ready = live.filter(pending=True), live.filter(pending=False)
    yield from lots(request, waiting, title=_("待生效批次"), always=False)
    yield from lots(request, ready)
    yield statement(request, account)


def _due(account: PointsAccount) -> Iterator[Section]:
    """The balance as it is at this moment, when the next posting or the sweep has yet to write it."""
    at = clock.now()
    if account.next_due is None or account.next_due > at:
        return
    now = queries.balance_of(account.member, at)
    columns = [
        Number(_("可用积分"), "available"),
        Number(_("预占积分"), "held"),
        Number(_("待生效积分"), "pending"),
        Number(_("待抵还积分"), "debt"),
    ]
    yield table(
        _("此刻余额"),
        columns,
        [now],
        note=_(
            "有到期、生效或超时事项还没有记账，将在下一笔变动或定时清扫时入账；会员看到的是此刻余额。"
        ),
    )


def statement(request: HttpRequest, account: PointsAccount, lines: int = 50) -> Section:
    """The member's statement, the newest line first; `?before=` a line's number goes on."""
    rows = Transfer.objects.filter(account=account).select_related("merchant", "store")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:  # noqa: PLR2004 - fits a bigint
        rows = rows.filter(seq__lt=int(before))
    page = list(rows.order_by("-seq")[:lines])
    more = page and page[-1].seq > 1
    here = url_of(PointsAccount, account.pk)
    return table(
        _("积分明细"),
        [
            Column(_("序号"), "seq"),
            Moment(_("时间"), "at"),
            Link(_("类型"), lambda line: line.get_kind_display()),
            Column(_("积分"), signed_points),
            Number(_("余额"), "available_after"),
            Column(_("商户"), "merchant"),
            Column(_("门店"), "store"),
        ],
        page,
        empty=_("没有更早的明细。") if before else _("还没有积分明细。"),
        more=Cell(_("更早的明细"), f"{here}?before={page[-1].seq}") if more else None,
    )
