"""The sections explorer pages are made of: each lists rows within the person's scope."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from district.kernel.backoffice import Section, link, visible_rows
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, Number, table
from loyalty.admin.common import HOLD_TONES, hold_state, signed_points
from loyalty.models import Debt, Hold, ParkedRefund, PointsAccount, Receipt, Refund, Transfer

SHOWN = 200


def person(request: HttpRequest, account: PointsAccount) -> Iterator[Section]:
    """Where the member and the account are, for those who may open them."""
    member = link(request, account.member, account.member.public_id)
    if member.url:
        balance = link(request, account, f"{account.available:,}")
        yield Section(_("会员"), [_("会员编号"), _("积分账户余额")], [[member, balance]], "")


def transfer(request: HttpRequest, title: str, pk: int | None, empty: str = "") -> Section:
    """One line of the ledger, which the page's row cannot be without."""
    return _lines(
        title, visible_rows(request, Transfer).filter(pk=pk), empty or _("不在您的权限之内。")
    )


def transfers(request: HttpRequest, title: str, which: Q) -> Iterator[Section]:
    """Lines in the order they were posted; nothing where there is none to see."""
    section = _lines(
        title, visible_rows(request, Transfer).filter(which).order_by("pk")[:SHOWN], ""
    )
    if section.rows:
        yield section


def _lines(title: str, rows: Any, empty: str) -> Section:
    columns = [
        Link(_("流水"), str),
        Choice(_("类型"), "kind"),
        Column(_("积分"), signed_points),
        Moment(_("时间"), "at"),
    ]
    return table(title, columns, rows, empty=empty)


def receipts(request: HttpRequest, title: str, which: Q, empty: str = "") -> Section:
    rows = visible_rows(request, Receipt).filter(which).select_related("store").order_by("pk")
    columns = [
        Link(_("小票号"), "receipt_no"),
        Money(_("实付"), "paid_fen"),
        Money(_("已退"), "refunded_fen"),
        Column(_("门店"), "store"),
        Moment(_("支付时间"), "paid_at"),
    ]
    return table(title, columns, rows[:SHOWN], empty=empty or _("没有小票。"))


def refunds(
    request: HttpRequest, which: Q, *, title: str = "", empty: str = ""
) -> Iterator[Section]:
    """Refunds and where the points they took came from; with no word for none, then nothing."""
    rows = visible_rows(request, Refund).filter(which).select_related("store").order_by("pk")
    columns = [
        Link(_("退货单号"), "refund_no"),
        Money(_("退款"), "fen"),
        Number(_("收回本单积分"), "own"),
        Number(_("收回其他积分"), "other"),
        Number(_("欠积分"), "owed", tone=lambda row: "bad" if row.owed else ""),
        Column(_("门店"), "store"),
        Moment(_("时间"), "at"),
    ]
    yield from _unless_silent(title or _("退货"), columns, rows, empty)


def debts(request: HttpRequest, which: Q, *, empty: str = "") -> Iterator[Section]:
    """What was left owing and what came back of it since."""
    rows = visible_rows(request, Debt).filter(which).select_related("carrier").order_by("pk")
    columns = [
        Link(_("编号"), "pk"),
        Column(_("承担商户"), "carrier"),
        Number(_("欠"), "points"),
        Number(_("已抵还"), "repaid"),
        Number(
            _("未抵还"),
            lambda row: row.points - row.repaid,
            tone=lambda row: "bad" if row.points > row.repaid else "good",
        ),
        Moment(_("时间"), "at"),
    ]
    yield from _unless_silent(_("欠积分"), columns, rows, empty)


def repayments(request: HttpRequest, debt_lines: list[int]) -> Iterator[Section]:
    """The lines that repaid debts; each names the debt's own line."""
    if debt_lines:
        which = Q(kind=Transfer.Kind.REPAY, reverses__in=debt_lines)
        yield from transfers(request, _("抵还流水"), which)


def holds(request: HttpRequest, which: Q, *, empty: str = "") -> Iterator[Section]:
    rows = visible_rows(request, Hold).filter(which).select_related("store").order_by("-pk")
    columns = [
        Link(_("预占编号"), str),
        Column(_("状态"), hold_state, tone=lambda row: HOLD_TONES.get(hold_state(row), "")),
        Number(_("预占积分"), "points"),
        Number(_("使用积分"), "captured"),
        Column(_("门店"), "store"),
        Moment(_("预占时间"), "at"),
        Moment(_("超时时间"), "expires_at"),
    ]
    yield from _unless_silent(_("积分预占"), columns, rows, empty)


def parked(request: HttpRequest, which: Q) -> Iterator[Section]:
    columns = [
        Link(_("编号"), "public_id"),
        Choice(_("状态"), "state"),
        Moment(_("收到时间"), "at"),
        Moment(_("处理时间"), "decided_at"),
    ]
    rows = visible_rows(request, ParkedRefund).filter(which)
    yield from _unless_silent(_("曾待匹配"), columns, rows, "")


def accounts(request: HttpRequest, title: str, which: Q) -> Iterator[Section]:
    columns = [Link(_("会员编号"), "member__public_id"), Number(_("可用积分"), "available")]
    rows = visible_rows(request, PointsAccount).filter(which).select_related("member")
    yield from _unless_silent(title, columns, rows, "")


def _unless_silent(title: str, columns: list[Column], rows: Any, empty: str) -> Iterator[Section]:
    """A table of the first rows; with no word for none, nothing where there is none."""
    if (found := list(rows[:SHOWN])) or empty:
        yield table(title, columns, found, empty=empty)
